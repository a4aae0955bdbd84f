import type { ContainerView, PodSpecView } from '../pod-view.ts'
import { readQuantity } from './read-text-map.ts'
import type { WireReader } from './wire-reader.ts'

/** Reads a PodSpec. Volumes, affinities, and most of a container are passed over. */
export function readPodSpec(reader: WireReader): PodSpecView {
  const end = reader.end()
  let containers: ContainerView[] | undefined
  let initContainers: ContainerView[] | undefined
  let ephemeralContainers: ContainerView[] | undefined
  let restartPolicy: string | undefined
  let nodeName: string | undefined
  let activeDeadlineSeconds: number | undefined
  let schedulingGates: { name: string }[] | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x12:
        containers ??= []
        containers.push(readContainer(reader))
        break
      case 0x1a:
        restartPolicy = reader.text() || undefined
        break
      case 0x28:
        activeDeadlineSeconds = reader.integer()
        break
      case 0x52:
        nodeName = reader.text() || undefined
        break
      case 0xa2:
        initContainers ??= []
        initContainers.push(readContainer(reader))
        break
      case 0x112:
        ephemeralContainers ??= []
        ephemeralContainers.push(readEphemeralContainer(reader))
        break
      case 0x132:
        schedulingGates ??= []
        schedulingGates.push(readSchedulingGate(reader))
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return {
    containers,
    initContainers,
    ephemeralContainers,
    restartPolicy,
    nodeName,
    activeDeadlineSeconds,
    schedulingGates,
  }
}

function readContainer(reader: WireReader): ContainerView {
  const end = reader.end()
  let name = ''
  let restartPolicy: string | undefined
  let resources: ContainerView['resources']
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        name = reader.text()
        break
      case 0x42:
        resources = readResources(reader)
        break
      case 0xc2:
        restartPolicy = reader.text()
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return { name, restartPolicy, resources }
}

/** What it has in common with other containers is a message of its own. */
function readEphemeralContainer(reader: WireReader): ContainerView {
  const end = reader.end()
  let container: ContainerView = { name: '', restartPolicy: undefined, resources: undefined }
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) container = readContainer(reader)
    else reader.skip(tag)
  }
  reader.endAt(end)
  return container
}

function readResources(reader: WireReader): ContainerView['resources'] {
  const end = reader.end()
  let limits: Record<string, string> | undefined
  let requests: Record<string, string> | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        limits ??= {}
        readQuantity(reader, limits)
        break
      case 0x12:
        requests ??= {}
        readQuantity(reader, requests)
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return { limits, requests }
}

function readSchedulingGate(reader: WireReader): { name: string } {
  const end = reader.end()
  let name = ''
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) name = reader.text()
    else reader.skip(tag)
  }
  reader.endAt(end)
  return { name }
}
