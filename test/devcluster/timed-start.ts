// Starts one dev cluster in a fresh process and prints how long that took, in milliseconds: `timed-start.ts RUNTIME`.
import { startDevCluster } from '@davit/devcluster'

const runtime = process.argv[2] === 'process' ? 'process' : 'scripted'
const startedAt = performance.now()
const cluster = await startDevCluster({ runtime })
const took = performance.now() - startedAt
await cluster.stop()
process.stdout.write(`${took}\n`)
