import { readFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Loader, type Plugin, transform } from 'esbuild'

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
}

/**
 * An esbuild plugin: `import.meta.url`, `filename`, `dirname`, and CommonJS's `__dirname` and `__filename`, tell where each
 * bundled file is, not where the bundle is.
 */
export const keepImportMeta: Plugin = {
  name: 'keep-import-meta',
  setup({ onLoad }) {
    onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      if (!/\bimport\.meta\b|\b__(?:dir|file)name\b/.test(source)) return undefined
      try {
        const { code } = await transform(source, {
          loader: LOADERS[extname(path)] ?? 'js',
          sourcefile: path,
          sourcemap: 'inline',
          sourcesContent: false,
          define: {
            'import.meta.url': JSON.stringify(pathToFileURL(path).href),
            'import.meta.filename': JSON.stringify(path),
            'import.meta.dirname': JSON.stringify(dirname(path)),
            __filename: JSON.stringify(path),
            __dirname: JSON.stringify(dirname(path)),
          },
        })
        return { contents: code, loader: 'js' }
      } catch {
        // The build itself reports what is wrong with the file, with the right place.
        return undefined
      }
    })
  },
}
