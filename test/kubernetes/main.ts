import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { down } from './down.ts'
import { GoMissingError } from './go-toolchain.ts'
import { missingNodePackages, NodeUnavailableError } from './node/requirements.ts'
import { kubernetesNodes, type NodeKind } from './node-kinds.ts'
import { status } from './status.ts'
import { up } from './up.ts'

const usage = `usage: npm run kubernetes -- up|down|status|packages [--state-dir DIR] [--node KINDS]

  up        start a real Kubernetes on this machine, and print its kubeconfig's path
  down      stop it and remove its data
  status    say what runs; exit 1 unless everything does
  packages  list Debian's packages that the node kubelet needs and this machine lacks

  --state-dir DIR   where it keeps everything (default: .davit/kubernetes of this checkout)
  --node KINDS      for up: kwok, whose pods run nothing, or kubelet, whose containers are real and need root, or both
                    with a comma (default: kwok)`

const exitCode = { done: 0, failed: 1, usage: 2 }

async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  let command: string | undefined
  let stateFolder: string
  let nodeKinds: readonly NodeKind[]
  try {
    const { positionals, values } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        'state-dir': { type: 'string' },
        node: { type: 'string', default: 'kwok' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) {
      console.log(usage)
      return exitCode.done
    }
    if (positionals.length !== 1) throw new Error('exactly one of up, down, status and packages is needed')
    command = positionals[0]
    nodeKinds = kubernetesNodes(values.node)
    // npm runs scripts in the checkout's root; a relative folder is meant from where the user is.
    const here = process.env.INIT_CWD ?? process.cwd()
    const named = values['state-dir']
    stateFolder =
      named === undefined ? fileURLToPath(new URL('../../.davit/kubernetes', import.meta.url)) : resolve(here, named)
  } catch (error) {
    return wrongUse(error instanceof Error ? error.message : String(error))
  }

  switch (command) {
    case 'up':
      return print(await up({ stateFolder, nodeKinds, signal, onProgress: (line) => console.error(line) }))
    case 'down':
      return print(await down(stateFolder, signal))
    case 'status': {
      const { lines, isWhole } = await status(stateFolder)
      print(lines)
      return isWhole ? exitCode.done : exitCode.failed
    }
    case 'packages':
      return print(missingNodePackages())
    default:
      return wrongUse(`unknown command: ${command}`)
  }
}

function print(lines: readonly string[]): number {
  for (const line of lines) console.log(line)
  return exitCode.done
}

function wrongUse(problem: string): number {
  console.error(`kubernetes: ${problem}\n${usage}`)
  return exitCode.usage
}

const interruption = new AbortController()
const interrupt = () => interruption.abort(new Error('interrupted'))
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt)
// Under an older Node we are the child of a small process that started us: it may be killed alone.
process.once('disconnect', interrupt)

try {
  process.exitCode = await main(process.argv.slice(2), interruption.signal)
} catch (error) {
  console.error(`kubernetes: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode =
    error instanceof GoMissingError || error instanceof NodeUnavailableError ? exitCode.usage : exitCode.failed
}
// The channel to that process would keep us here.
process.exit()
