import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * The library that reads YAML, loaded at the first call: whoever finds its cluster from inside it, and has no pod
 * template, never waits for it. Reading a template is synchronous, as in Airflow, which an `import()` cannot be.
 */
export function loadYaml(): typeof import('yaml') {
  return require('yaml')
}
