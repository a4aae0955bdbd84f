import { createRequire } from 'node:module'

/** The version of this package, as its manifest says; the folder is the same depth in `src` and in `dist`. */
export const version: string = createRequire(import.meta.url)('../package.json').version
