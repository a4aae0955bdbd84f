import { resolve } from 'node:path'
import { Command } from 'commander'
import type { Ended } from '../davit.ts'
import type { Io } from '../io.ts'
import { UsageError } from '../usage-error.ts'

/** `davit devcluster`: the embedded Kubernetes in the foreground, until it is interrupted. */
export function devclusterCommand(io: Io, ended: Ended): Command {
  return new Command('devcluster')
    .description('A small Kubernetes on this machine, in the foreground: pods run as processes, images are not pulled.')
    .option('--port <port>', 'listen here (default: a free port)')
    .option('--kubeconfig <file>', 'write the kubeconfig here (default: in a folder of its own)')
    .action(async ({ port, kubeconfig }: { port?: string; kubeconfig?: string }) => {
      const interrupted = Promise.withResolvers<void>()
      const off = io.onInterrupt(() => interrupted.resolve())
      try {
        // Loaded here, so that no other command waits for it.
        const { startDevCluster } = await import('@davit/devcluster')
        await using cluster = await startDevCluster({
          runtime: 'process',
          ...(port === undefined ? {} : { port: parsePort(port) }),
          ...(kubeconfig === undefined ? {} : { kubeconfigPath: resolve(io.cwd, kubeconfig) }),
        })
        // The path alone on standard output, so that a script can take it.
        io.stdout.write(`${cluster.kubeconfigPath}\n`)
        io.stderr.write(
          `davit devcluster: ${cluster.url}; try: kubectl --kubeconfig ${cluster.kubeconfigPath} get pods -A\n`,
        )
        await interrupted.promise
      } finally {
        off()
      }
      ended(0)
    })
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new UsageError('OPTION_INVALID', 'cannot start the dev cluster', [
    {
      file: null,
      path: '--port',
      message: `not a port: "${text}"`,
      hint: 'a number from 0 to 65535; 0 takes a free one',
    },
  ])
}
