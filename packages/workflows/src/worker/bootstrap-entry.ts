// Bundled into the command of function tasks' pods.
import { bootstrap } from './bootstrap.ts'

const env = { ...process.env }
// What the worker was trusted with is not for the author's code, nor for the processes that it starts.
for (const name of Object.keys(process.env)) if (name.startsWith('DAVIT_')) delete process.env[name]
// The author's code gets another `process.exit`, which tells the task API first.
const exit = process.exit.bind(process)
exit(await bootstrap(env))
