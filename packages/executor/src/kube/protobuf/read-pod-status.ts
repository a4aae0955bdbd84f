import type { ContainerStatusView, PodConditionView, PodStatusView } from '../pod-view.ts'
import { readContainerStatus } from './read-container-status.ts'
import { readTime } from './time-text.ts'
import type { WireReader } from './wire-reader.ts'

/** Reads a PodStatus. Addresses and what is of the kubelet alone are passed over. */
export function readPodStatus(reader: WireReader): PodStatusView {
  const end = reader.end()
  let phase: string | undefined
  let conditions: PodConditionView[] | undefined
  let message: string | undefined
  let reason: string | undefined
  let startTime: string | undefined
  let containerStatuses: ContainerStatusView[] | undefined
  let initContainerStatuses: ContainerStatusView[] | undefined
  let ephemeralContainerStatuses: ContainerStatusView[] | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        phase = reader.text() || undefined
        break
      case 0x12:
        conditions ??= []
        conditions.push(readCondition(reader))
        break
      case 0x1a:
        message = reader.ownText() || undefined
        break
      case 0x22:
        reason = reader.text() || undefined
        break
      case 0x3a:
        startTime = readTime(reader)
        break
      case 0x42:
        containerStatuses ??= []
        containerStatuses.push(readContainerStatus(reader))
        break
      case 0x52:
        initContainerStatuses ??= []
        initContainerStatuses.push(readContainerStatus(reader))
        break
      case 0x6a:
        ephemeralContainerStatuses ??= []
        ephemeralContainerStatuses.push(readContainerStatus(reader))
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return {
    phase,
    reason,
    message,
    startTime,
    conditions,
    initContainerStatuses,
    containerStatuses,
    ephemeralContainerStatuses,
  }
}

function readCondition(reader: WireReader): PodConditionView {
  const end = reader.end()
  let type = ''
  let status = ''
  let lastTransitionTime: string | undefined
  let reason: string | undefined
  let message: string | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        type = reader.text()
        break
      case 0x12:
        status = reader.text()
        break
      case 0x22:
        lastTransitionTime = readTime(reader)
        break
      case 0x2a:
        reason = reader.text() || undefined
        break
      case 0x32:
        message = reader.text() || undefined
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return { type, status, lastTransitionTime, reason, message }
}
