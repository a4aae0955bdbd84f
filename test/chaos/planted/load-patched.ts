// Loaded before everything else by processes that are to run with one loop broken: PLANTED names the invariant.
import { registerHooks } from 'node:module'
import { PATCHES, patched } from './patches.ts'

const patch = PATCHES.find(({ invariant }) => invariant === process.env.PLANTED)
if (!patch) throw new Error(`PLANTED=${process.env.PLANTED} names no patch`)
const missing = new Set(patch.files.map(({ file }) => file))

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const found = patch.files.find(({ file }) => url.endsWith(`/packages/executor/src/${file}`))
    if (!found) return loaded
    missing.delete(found.file)
    return { ...loaded, source: patched(found, String(loaded.source)) }
  },
})

process.once('exit', () => {
  for (const file of missing) console.error(`the patch of ${file} was never used`)
})
