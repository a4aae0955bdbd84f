import type { PodView } from '@davit/executor'
import type { Container, ContainerState, ContainerStatus, Pod } from 'kubernetes-types/core/v1.d.ts'

/** What of a whole pod a {@link PodView} shows, by hand: the contract of `PodVerbs` in other words. */
export function podViewOf({ metadata, spec, status }: Pod): PodView {
  return {
    ...(metadata && {
      metadata: pick(metadata, [
        'name',
        'namespace',
        'uid',
        'resourceVersion',
        'creationTimestamp',
        'deletionTimestamp',
        'deletionGracePeriodSeconds',
        'labels',
        'annotations',
        'finalizers',
      ]),
    }),
    ...(spec && {
      spec: {
        ...pick(spec, ['restartPolicy', 'nodeName', 'schedulingGates', 'activeDeadlineSeconds']),
        ...(spec.containers && { containers: spec.containers.map(container) }),
        ...(spec.initContainers && { initContainers: spec.initContainers.map(container) }),
        ...(spec.ephemeralContainers && { ephemeralContainers: spec.ephemeralContainers.map(container) }),
      },
    }),
    ...(status && {
      status: {
        ...pick(status, ['phase', 'reason', 'message', 'startTime']),
        ...(status.conditions && {
          conditions: status.conditions.map((each) =>
            pick(each, ['type', 'status', 'reason', 'message', 'lastTransitionTime']),
          ),
        }),
        ...(status.initContainerStatuses && {
          initContainerStatuses: status.initContainerStatuses.map(containerStatus),
        }),
        ...(status.containerStatuses && { containerStatuses: status.containerStatuses.map(containerStatus) }),
        ...(status.ephemeralContainerStatuses && {
          ephemeralContainerStatuses: status.ephemeralContainerStatuses.map(containerStatus),
        }),
      },
    }),
  }
}

function container({ name, restartPolicy, resources }: Pick<Container, 'name' | 'restartPolicy' | 'resources'>) {
  return {
    name,
    ...(restartPolicy && { restartPolicy }),
    ...(resources && { resources: pick(resources, ['limits', 'requests']) }),
  }
}

function containerStatus({ name, image, restartCount, state, lastState }: ContainerStatus) {
  return {
    name,
    image,
    restartCount,
    ...(state && { state: containerState(state) }),
    ...(lastState && { lastState: containerState(lastState) }),
  }
}

function containerState({ waiting, running, terminated }: ContainerState) {
  return { ...(waiting && { waiting }), ...(running && { running }), ...(terminated && { terminated }) }
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]]))) as Pick<
    T,
    K
  >
}
