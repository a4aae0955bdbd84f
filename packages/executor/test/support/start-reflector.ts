import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { PodView } from '../../src/kube/pod-view.ts'
import { type LogFields, silentLogger } from '../../src/logger.ts'
import type { Notice } from '../../src/watch/notice.ts'
import type { WatchRecord } from '../../src/watch/record-store.ts'
import { Reflector, type ReflectorOptions } from '../../src/watch/reflector.ts'
import { ScriptedPods } from './scripted-pods.ts'

export function recordOf({ metadata }: PodView): WatchRecord {
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = metadata ?? {}
  return { namespace, name, uid, resourceVersion }
}

/** A notice in short: `ADDED a@7`, with `listed` and `missed` where they hold, or `LISTED 100`. */
export function noticeText(notice: Notice<WatchRecord>): string {
  if (notice.type === 'LISTED') return `LISTED ${notice.resourceVersion}${notice.first ? ' first' : ''}`
  const { type, record, listed, missed } = notice
  return `${type} ${record.name}@${record.resourceVersion}${listed ? ' listed' : ''}${missed ? ' missed' : ''}`
}

/** A reflector on a scripted source and a clock that stands still, with what it said. */
export function makeReflector(options: Partial<ReflectorOptions<WatchRecord>> = {}, pods = new ScriptedPods()) {
  const clock = new FakeClock()
  const notices: Notice<WatchRecord>[] = []
  const logged: { level: string; message: string; fields: LogFields | undefined }[] = []
  const note = (level: string) => (message: string, fields?: LogFields) => {
    logged.push({ level, message, fields })
  }
  const reflector = new Reflector<WatchRecord>({
    pods,
    namespace: 'ns',
    project: recordOf,
    clock,
    random: () => 0,
    logger: {
      ...silentLogger,
      warn: note('warn'),
      error: note('error'),
      info: note('info'),
      debug: (message, fields) => {
        if (message === 'watch interrupted') note('debug')(message, fields)
      },
    },
    onNotice: (notice) => notices.push(notice),
    ...options,
  })
  /** What was said since the last call. */
  const heard = () => notices.splice(0).map(noticeText)
  const names = () =>
    [...reflector.store.values()].map(({ name, resourceVersion }) => `${name}@${resourceVersion}`).sort()
  return { reflector, pods, clock, notices, logged, heard, names }
}

/** As {@link makeReflector}, and the first list is done and the watch open. */
export async function startReflector(options: Partial<ReflectorOptions<WatchRecord>> = {}, pods = new ScriptedPods()) {
  const made = makeReflector(options, pods)
  made.reflector.start()
  await made.clock.advance(0)
  made.heard()
  return made
}
