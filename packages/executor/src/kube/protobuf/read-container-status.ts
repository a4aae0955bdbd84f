import type { ContainerStateView, ContainerStatusView, TerminatedView } from '../pod-view.ts'
import { readTime } from './time-text.ts'
import type { WireReader } from './wire-reader.ts'

/** Reads a ContainerStatus. */
export function readContainerStatus(reader: WireReader): ContainerStatusView {
  const end = reader.end()
  let name = ''
  let image = ''
  let restartCount = 0
  let state: ContainerStateView | undefined
  let lastState: ContainerStateView | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        name = reader.text()
        break
      case 0x12:
        state = readState(reader)
        break
      case 0x1a:
        lastState = readState(reader)
        break
      case 0x28:
        restartCount = reader.integer()
        break
      case 0x32:
        image = reader.text()
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return { name, image, restartCount, state, lastState }
}

function readState(reader: WireReader): ContainerStateView {
  const end = reader.end()
  let waiting: ContainerStateView['waiting']
  let running: ContainerStateView['running']
  let terminated: TerminatedView | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        waiting = readWaiting(reader)
        break
      case 0x12:
        running = readRunning(reader)
        break
      case 0x1a:
        terminated = readTerminated(reader)
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return { waiting, running, terminated }
}

function readWaiting(reader: WireReader): ContainerStateView['waiting'] {
  const end = reader.end()
  let reason: string | undefined
  let message: string | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) reason = reader.text() || undefined
    else if (tag === 0x12) message = reader.text() || undefined
    else reader.skip(tag)
  }
  reader.endAt(end)
  return { reason, message }
}

function readRunning(reader: WireReader): ContainerStateView['running'] {
  const end = reader.end()
  let startedAt: string | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    if (tag === 0x0a) startedAt = readTime(reader)
    else reader.skip(tag)
  }
  reader.endAt(end)
  return { startedAt }
}

function readTerminated(reader: WireReader): TerminatedView {
  const end = reader.end()
  let exitCode = 0
  let signal: number | undefined
  let reason: string | undefined
  let message: string | undefined
  let startedAt: string | undefined
  let finishedAt: string | undefined
  let containerID: string | undefined
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x08:
        exitCode = reader.integer()
        break
      case 0x10:
        signal = reader.integer() || undefined
        break
      case 0x1a:
        reason = reader.text() || undefined
        break
      case 0x22:
        // A result of the task, as long as kubelets allow.
        message = reader.ownText() || undefined
        break
      case 0x2a:
        startedAt = readTime(reader)
        break
      case 0x32:
        finishedAt = readTime(reader)
        break
      case 0x3a:
        containerID = reader.ownText() || undefined
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return { exitCode, signal, reason, message, startedAt, finishedAt, containerID }
}
