#!/usr/bin/env node
// In a checkout the sources are run by type stripping; the published package has `dist` only.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { becomeModernNode, findModernNode, keepCompiledCode } from './modern-node.js'

const source = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const built = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const passing = { passSignalsByMessage: true }
const quiet = '--disable-warning=ExperimentalWarning'

try {
  if (existsSync(source)) {
    becomeModernNode(['--conditions=davit-source', quiet, source, ...process.argv.slice(2)], passing)
  } else if (findModernNode() === process.execPath) {
    keepCompiledCode()
    await import(built)
  } else {
    becomeModernNode([quiet, built, ...process.argv.slice(2)], passing)
  }
} catch (error) {
  console.error(`davit: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 2
}
