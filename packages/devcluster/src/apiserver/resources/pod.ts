import { isDeepStrictEqual } from 'node:util'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { Pod } from '../../types.ts'
import { checkDnsLabel, checkDnsSubdomain } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { defaultPodSpec, withDefaultTolerations } from './pod/pod-defaults.ts'
import { podQualityOfService } from './pod/pod-qos.ts'
import type { PodSpec } from './pod/pod-spec.ts'
import { statusOf, statusWarnings, validatePodStatus, withAddresses, withGenerations } from './pod/pod-status.ts'
import { podColumns, podRow } from './pod/pod-table.ts'
import { validatePodUpdate } from './pod/pod-update-validation.ts'
import { validateNewPodSpec, validatePodSpec } from './pod/pod-validation.ts'
import { podWarnings } from './pod/pod-warnings.ts'
import { ALL_VERBS, type ResourceDefinition, textOf, tooOldForCache } from './resource-definition.ts'

const asPod = (object: KubeObject) => object as unknown as Pod
const specOf = (object: KubeObject) => (object.spec ?? { containers: [] }) as PodSpec

/** Pods: the only resource with a life of its own, lived by the kubelet through the subresource `status`. */
export const pods: ResourceDefinition = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  subresources: ['status', 'log', 'binding', 'eviction'],
  typeName: 'Pod',
  collection: 'pods',
  answersDeletedObject: true,
  fieldLabels: {
    'spec.nodeName': (pod) => textOf(pod, 'spec', 'nodeName'),
    'spec.restartPolicy': (pod) => textOf(pod, 'spec', 'restartPolicy'),
    'spec.schedulerName': (pod) => textOf(pod, 'spec', 'schedulerName'),
    'spec.serviceAccountName': (pod) => textOf(pod, 'spec', 'serviceAccountName'),
    'spec.hostNetwork': (pod) => textOf(pod, 'spec', 'hostNetwork') || 'false',
    'status.phase': (pod) => textOf(pod, 'status', 'phase'),
    'status.podIP': (pod) => textOf(pod, 'status', 'podIP'),
    'status.podIPs': (pod) => textOf(pod, 'status', 'podIP'),
    'status.nominatedNodeName': (pod) => textOf(pod, 'status', 'nominatedNodeName'),
  },
  unknownFieldLabel: (label) => `field label not supported: ${label}`,
  tooOldMessage: tooOldForCache,
  checkName: checkDnsSubdomain,

  prepareCreate(object) {
    const spec = withDefaultTolerations(defaultPodSpec(specOf(object)))
    return {
      ...object,
      metadata: { ...object.metadata, generation: 1 },
      spec,
      status: {
        phase: 'Pending',
        ...(spec.schedulingGates?.length && { conditions: [gatedCondition(object)] }),
        qosClass: podQualityOfService(spec),
      },
    }
  },

  validate(object, errors) {
    validateMetadata(object.metadata, { namespaced: true, checkName: checkDnsSubdomain }, errors)
    validatePodSpec(specOf(object), errors)
    validateNewPodSpec(specOf(object), errors)
  },

  prepareUpdate(next, current) {
    const before = specOf(current)
    const { priority, preemptionPolicy } = before
    const kept = { ...(priority !== undefined && { priority }), ...(preemptionPolicy && { preemptionPolicy }) }
    const spec = { ...kept, ...withDefaultTolerations(defaultPodSpec(specOf(next))) }
    const generation = (current.metadata.generation ?? 0) + (isDeepStrictEqual(spec, before) ? 0 : 1)
    return { ...next, metadata: { ...next.metadata, generation }, spec, status: current.status }
  },

  validateUpdate(next, current, errors) {
    validateMetadataUpdate(next.metadata, current.metadata, errors)
    validateMetadata(next.metadata, { namespaced: true, checkName: checkDnsSubdomain }, errors)
    validatePodSpec(specOf(next), errors)
    validatePodUpdate(specOf(next), specOf(current), errors)
  },

  subresourceUpdates: {
    status: {
      prepare(next, current) {
        // Neither whose it is nor that it is to go is said here.
        const { ownerReferences: _, deletionTimestamp: __, ...metadata } = next.metadata
        const { ownerReferences, deletionTimestamp } = current.metadata
        const before = statusOf(current)
        const status = withGenerations(statusOf(withAddresses(next)), before)
        return {
          ...next,
          metadata: {
            ...metadata,
            ...(deletionTimestamp !== undefined && { deletionTimestamp }),
            ...(ownerReferences !== undefined && { ownerReferences }),
          },
          spec: current.spec,
          status: { ...status, qosClass: status.qosClass || before.qosClass },
        }
      },
      validate(next, current, errors) {
        validateMetadataUpdate(next.metadata, current.metadata, errors)
        validatePodStatus(next, current, errors)
      },
      warnings: statusWarnings,
    },
  },

  warnings(object, current) {
    // Few people update pods themselves, and what they might be told they were told before.
    if (current) return []
    const problems = checkDnsLabel(object.metadata.name)
    const name =
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; " +
      `a DNS label is recommended: [${problems.join(' ')}]`
    return [...(problems.length > 0 ? [name] : []), ...podWarnings(specOf(object))]
  },

  graceSeconds(object, { gracePeriodSeconds }) {
    const { spec, status } = asPod(object)
    if (!spec?.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0
    const wanted = gracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 0
    return wanted < 0 ? 1 : wanted
  },

  columns: podColumns,
  row: (object, now) => podRow(asPod(object), now),
}

function gatedCondition(object: KubeObject) {
  return {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: object.metadata.creationTimestamp,
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
  }
}
