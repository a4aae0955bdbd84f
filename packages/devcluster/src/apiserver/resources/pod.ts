import type { KubeObject } from '../../storage/kube-object.ts'
import type { Pod } from '../../types.ts'
import { checkDnsLabel, checkDnsSubdomain } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { defaultPodSpec, withDefaultTolerations } from './pod/pod-defaults.ts'
import { podQualityOfService } from './pod/pod-qos.ts'
import { validatePodStatus, withEveryAddress } from './pod/pod-status-validation.ts'
import { podColumns, podRow } from './pod/pod-table.ts'
import { validatePodUpdate } from './pod/pod-update-validation.ts'
import { validateNewPodSpec, validatePodSpec } from './pod/pod-validation.ts'
import { ALL_VERBS, type ResourceDefinition, textOf, tooOldForCache } from './resource-definition.ts'

const asPod = (object: KubeObject) => object as unknown as Pod
const specOf = (object: KubeObject) => asPod(object).spec ?? { containers: [] }

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
    const spec = defaultPodSpec(specOf(object))
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
    const spec = defaultPodSpec(specOf(next))
    const tolerations = withDefaultTolerations(spec.tolerations)
    const hasChanged = JSON.stringify({ ...spec, tolerations }) !== JSON.stringify(specOf(current))
    const generation = (current.metadata.generation ?? 0) + (hasChanged ? 1 : 0)
    return {
      ...next,
      metadata: { ...next.metadata, generation },
      spec: { ...spec, tolerations },
      status: current.status,
    }
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
        const { ownerReferences: _, ...metadata } = next.metadata
        const { ownerReferences } = current.metadata
        const { qosClass } = asPod(current).status ?? {}
        return {
          ...next,
          metadata: { ...metadata, ...(ownerReferences !== undefined && { ownerReferences }) },
          spec: current.spec,
          status: withEveryAddress({
            ...asPod(next).status,
            ...(qosClass !== undefined && { qosClass: asPod(next).status?.qosClass || qosClass }),
          }),
        }
      },
      validate(next, current, errors) {
        validateMetadataUpdate(next.metadata, current.metadata, errors)
        validatePodStatus(asPod(next).status ?? {}, asPod(current).status ?? {}, specOf(current), errors)
      },
    },
  },

  warnings(object) {
    const problems = checkDnsLabel(object.metadata.name)
    return [
      ...(problems.length > 0
        ? [
            "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; " +
              `a DNS label is recommended: [${problems.join(' ')}]`,
          ]
        : []),
      ...hiddenVariables(asPod(object)),
    ]
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

function hiddenVariables(pod: Pod): string[] {
  return (['initContainers', 'containers'] as const).flatMap((kind) =>
    (pod.spec?.[kind] ?? []).flatMap(({ env = [] }, index) => {
      const seen = new Set<string>()
      return env.flatMap(({ name }, at) => {
        if (!seen.has(name)) {
          seen.add(name)
          return []
        }
        return [
          `spec.${kind}[${index}].env[${at}]: hides previous definition of "${name}", which may be dropped when using apply`,
        ]
      })
    }),
  )
}
