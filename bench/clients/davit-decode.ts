// Davit's way from a watch's bytes to the records of its cache, in the encoding of the stream.
import { watchDecoder } from '../../packages/executor/src/kube/watch-decoder.ts'
import { type PodRecord, projectPod } from '../../packages/executor/src/loops/tracking/pod-record.ts'
import { replayStream } from './replay-stream.ts'

const cache = new Map<string, PodRecord>()

await replayStream((contentType) => (chunks) => {
  const decoder = watchDecoder(contentType, projectPod)
  let events = 0
  for (const chunk of chunks) {
    for (const event of decoder.push(chunk)) {
      if (!('object' in event)) continue
      cache.set(event.object.uid, event.object)
      events += 1
    }
  }
  return events
})
