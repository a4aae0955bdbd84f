import fc from 'fast-check'
import type { ContainerStateView, PodView } from '../../src/kube/pod-view.ts'

// What is empty is left out of JSON, and so never seen.
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
const word = fc.constantFrom('base', 'sidecar', 'dag_id', 'größe', 'x'.repeat(70), '__proto__', 'constructor', 'node-1')
const time = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }).map((at) => `${iso(at)}Z`)
const goTime = fc.option(time, { nil: null }).map((value) => value as string)
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const some = <T>(of: fc.Arbitrary<T>) => optional(fc.array(of, { minLength: 1, maxLength: 3 }))
const texts = fc.dictionary(fc.oneof(word, text), fc.oneof(word, text, fc.constant('')), { minKeys: 1, maxKeys: 5 })
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const int64 = fc.maxSafeInteger()

const resources = fc.dictionary(
  fc.constantFrom('cpu', 'memory', 'example.com/gpu'),
  fc.constantFrom('1', '500m', '64Mi', '1e3', '0'),
  { minKeys: 1, maxKeys: 3 },
)

const container = fc.record({
  name: fc.oneof(word, fc.constant('')),
  restartPolicy: optional(word),
  resources: fc.record({ limits: optional(resources), requests: optional(resources) }),
})

const state: fc.Arbitrary<ContainerStateView> = fc.oneof(
  fc.record({ waiting: fc.record({ reason: optional(word), message: optional(text) }) }),
  fc.record({ running: fc.record({ startedAt: goTime }) }),
  fc.record({
    terminated: fc.record({
      exitCode: int32,
      signal: optional(fc.integer({ min: 1, max: 64 })),
      reason: optional(word),
      message: optional(fc.oneof(text, fc.constant('m'.repeat(4_000)))),
      startedAt: goTime,
      finishedAt: goTime,
      containerID: optional(text),
    }),
  }),
  fc.constant({}),
)

const containerStatus = fc.record({ name: word, image: text, restartCount: int32, state, lastState: state })

const condition = fc.record({
  type: word,
  status: fc.constantFrom('True', 'False', 'Unknown'),
  lastTransitionTime: goTime,
  reason: optional(word),
  message: optional(text),
})

/** Pods as they are read from protobuf: what Go writes of a struct always is there. */
export const podViews: fc.Arbitrary<PodView> = fc.record({
  metadata: fc.record({
    name: optional(text),
    namespace: optional(word),
    uid: optional(text),
    resourceVersion: optional(text),
    creationTimestamp: goTime,
    deletionTimestamp: optional(time),
    deletionGracePeriodSeconds: optional(int64),
    labels: optional(texts),
    annotations: optional(texts),
    finalizers: some(text),
  }),
  spec: fc.record({
    containers: some(container),
    initContainers: some(container),
    ephemeralContainers: some(container),
    restartPolicy: optional(word),
    nodeName: optional(word),
    activeDeadlineSeconds: optional(int64),
    schedulingGates: some(fc.record({ name: text })),
  }),
  status: fc.record({
    phase: optional(word),
    reason: optional(word),
    message: optional(text),
    startTime: optional(time),
    conditions: some(condition),
    initContainerStatuses: some(containerStatus),
    containerStatuses: some(containerStatus),
    ephemeralContainerStatuses: some(containerStatus),
  }),
})

function iso(seconds: number): string {
  const text = new Date(seconds * 1000).toISOString()
  return text.slice(0, text.length - '.000Z'.length)
}
