// Bundled into the command of function tasks' pods: runs as `node --eval`, in CommonJS.
import { bootstrap } from './bootstrap.ts'

const env = { ...process.env }
// What the worker was trusted with is not for the author's code, nor for the processes that it starts.
for (const name of Object.keys(process.env)) if (name.startsWith('DAVIT_')) delete process.env[name]
// The author's code is not to find that it was started by `--eval`: neither its globals, nor its options for children.
for (const name of ['module', 'exports', '__filename', '__dirname']) Reflect.deleteProperty(globalThis, name)
process.execArgv.length = 0
// The author's code gets another `process.exit`, which tells the task API first.
const exit = process.exit.bind(process)
bootstrap(env).then(exit)
