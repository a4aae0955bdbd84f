import { createHash } from 'node:crypto'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildFailure, build, type Message, type Plugin } from 'esbuild'
import { moduleFile } from '../module-file.ts'
import type { LoadedDag } from './dag-spec.ts'
import { keepImportMeta } from './keep-import-meta.ts'

/** Something that esbuild says of a file. */
export interface BuildProblem {
  /** Absolute; null when it is about no file. */
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  readonly message: string
  readonly hint?: string
}

/** A DAG file as one ES module for Node 24, with everything that it imports; or why it could not be made. */
export type BundledDag =
  | { readonly ok: true; readonly bundle: NonNullable<LoadedDag['bundle']> }
  | { readonly ok: false; readonly problems: readonly BuildProblem[] }

/** CommonJS packages in the bundle ask for Node's modules through `require`, which ES modules do not have. */
const BANNER =
  "import{createRequire as davitCreateRequire}from'node:module';globalThis.require??=davitCreateRequire(import.meta.url);"

/**
 * Bundles a DAG file. `@davit/workflows` resolves to ourselves, everything else from the file's folder. The same sources
 * in the same place give the same text, hence the same hash.
 * @param file absolute.
 */
export async function bundleDag(file: string): Promise<BundledDag> {
  const folder = dirname(file)
  try {
    const result = await build({
      entryPoints: [file],
      absWorkingDir: folder,
      outfile: join(folder, 'davit-bundle.mjs'),
      write: false,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      charset: 'utf8',
      legalComments: 'none',
      keepNames: true,
      sourcemap: 'inline',
      sourcesContent: false,
      sourceRoot: pathToFileURL(`${folder}/`).href,
      logLevel: 'silent',
      banner: { js: BANNER },
      loader: { '.txt': 'text', '.md': 'text', '.csv': 'text', '.sql': 'text', '.yaml': 'text', '.yml': 'text' },
      plugins: [ourselves, nativeModules, keepImportMeta],
    })
    const code = result.outputFiles[0]?.text ?? ''
    return { ok: true, bundle: { code, hash: createHash('sha256').update(code).digest('hex') } }
  } catch (error) {
    if (!isBuildFailure(error)) throw error
    return { ok: false, problems: error.errors.map((message) => problemOf(message, folder)) }
  }
}

/** `@davit/workflows` in a DAG file is the davit that runs it, whatever is installed beside the file. */
const ourselves: Plugin = {
  name: 'davit-workflows',
  setup({ onResolve }) {
    onResolve({ filter: /^@davit\/workflows$/ }, () => ({ path: moduleFile(import.meta.url, './dag-file-api') }))
  },
}

/** Compiled modules cannot be bundled: they are loaded from where they are, which a pod on this machine can. */
const nativeModules: Plugin = {
  name: 'native-modules',
  setup({ onResolve }) {
    onResolve({ filter: /\.node$/ }, ({ path, resolveDir }) => ({ path: resolve(resolveDir, path), external: true }))
  },
}

function problemOf({ text, location }: Message, folder: string): BuildProblem {
  const missing = /^Could not resolve "([^"]+)"/.exec(text)?.[1]
  const isPackage = missing !== undefined && !missing.startsWith('.') && !isAbsolute(missing)
  const name = missing
    ?.split('/')
    .slice(0, missing.startsWith('@') ? 2 : 1)
    .join('/')
  return {
    file: location ? resolve(folder, location.file) : null,
    line: location?.line ?? null,
    column: location ? location.column + 1 : null,
    message: text.charAt(0).toLowerCase() + text.slice(1),
    ...(isPackage && { hint: `install it beside the DAG file: npm install ${name}` }),
    ...(missing !== undefined && !isPackage && { hint: 'check the path: it is relative to the importing file' }),
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors)
}
