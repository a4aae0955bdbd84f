// Loaded before everything else by processes that are to run with one loop broken: PLANTED names the invariant.
import { registerHooks } from 'node:module'
import { PATCHES, patched } from './patches.ts'

const patch = PATCHES.find(({ invariant }) => invariant === process.env.PLANTED)
if (!patch) throw new Error(`PLANTED=${process.env.PLANTED} names no patch`)
let isApplied = false

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(`/packages/executor/src/${patch.file}`)) return loaded
    isApplied = true
    return { ...loaded, source: patched(patch, String(loaded.source)) }
  },
})

process.once('exit', () => {
  if (!isApplied) console.error(`the patch of ${patch.file} was never used`)
})
