import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/**
 * Makes one module of `@davit/executor`: Node takes longer to find and link 200 files than to run what is in them. The
 * code stays readable, for stacks and for those who look into it; dependencies stay outside.
 * @param file what is written
 */
export async function bundleExecutor(file: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('../packages/executor/src/index.ts', import.meta.url))],
    outfile: file,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node24',
    charset: 'utf8',
    logLevel: 'warning',
  })
}
