// What every client that reads JSON does at least: lines, and JSON.parse of each. Of a pod no more is kept than its phase.
import { replayStream } from './replay-stream.ts'

const cache = new Map<string, string>()

await replayStream(() => (chunks) => {
  let events = 0
  let rest: Buffer[] = []
  for (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      const line = Buffer.concat([...rest, chunk.subarray(start, end)]).toString('utf8')
      const { object } = JSON.parse(line)
      cache.set(object.metadata.uid, object.status.phase)
      events += 1
      rest = []
      start = end + 1
    }
    rest.push(chunk.subarray(start))
  }
  return events
})
