import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import type { LogOptions, PodVerbs } from '../../../src/kube/kube-client.ts'
import type { Launch } from '../../../src/loops/launch-store.ts'
import { wholeLog } from '../../../src/loops/logs/whole-log.ts'
import { apiError, connectionError } from '../../support/fake-pods.ts'
import { keyOf } from '../../support/start-executor.ts'

const launch: Launch = {
  id: '1-1-x',
  key: keyOf('extract'),
  number: 1,
  podName: 'extract-x',
  namespace: 'default',
  uid: 'u1',
}
const startedAt = '2026-01-01T00:00:00Z'
const bytes = (text: string) => new TextEncoder().encode(text)

/** A server whose answers are these, one a request; an Error breaks the stream off. */
function setup(...answers: (readonly (string | Error)[])[]) {
  const clock = new FakeClock()
  const asked: LogOptions[] = []
  const pods = {
    async *log(_namespace: string, _name: string, options: LogOptions) {
      asked.push(options)
      for (const part of answers.shift() ?? []) {
        if (part instanceof Error) throw part
        yield bytes(part)
      }
    },
  } as unknown as PodVerbs
  const read = async (signal = new AbortController().signal) => {
    let text = ''
    const log = wholeLog(launch, { pods, clock, signal, timeoutMs: 30_000, startedAt })
    for await (const chunk of log) text += new TextDecoder().decode(chunk)
    return text
  }
  return { clock, asked, read }
}

describe('P17: wholeLog', () => {
  it('reads on at once where a connection broke, and nothing twice', async () => {
    const { asked, read } = setup(['one\n', 'tw', connectionError('reset')], ['one\ntwo\nthr', 'ee\n'])
    expect(await read()).toBe('one\ntwo\nthree\n')
    expect(asked).toHaveLength(2)
  })

  it('says what is lost when the rest cannot be had', async () => {
    const gone = apiError(404, 'NotFound', 'pods "extract-x" not found')
    const { read } = setup(['one\n', connectionError('reset')], [gone])
    expect(await read()).toMatch(/^one\n\[davit\] the rest of the log is lost: .*pods "extract-x" not found\n$/)
  })

  it('gives up after three more trials, and says so when there is nothing', async () => {
    const broken = [connectionError('reset')]
    const { read, clock, asked } = setup(broken, broken, broken, broken)
    const reading = read()
    await clock.advance(3_000)
    expect(await reading).toMatch(/^\[davit\] the log is lost: .*reset/)
    expect(asked).toHaveLength(4)
  })

  it('marks what rotation took from the beginning of a long log', async () => {
    const long = 'x'.repeat(300_000)
    const { read, asked } = setup([long, 'last line\n'], ['2026-01-01T00:02:00.5Z x'])
    expect(await read()).toBe(
      `[davit] the node has this log from 2026-01-01T00:02:00.5Z only, 121 s after the container started: what was written before was rotated away\n${long}last line\n`,
    )
    expect(asked[1]).toMatchObject({ timestamps: true, limitBytes: 64 })
  })

  it('does not take a long log for rotated that begins with its container, nor a quiet start of a short one', async () => {
    const long = 'x'.repeat(300_000)
    expect(await setup([long], ['2026-01-01T00:00:00.1Z x']).read()).toBe(long)
    const short = setup(['done\n'])
    expect(await short.read()).toBe('done\n')
    expect(short.asked).toHaveLength(1)
  })

  it('keeps what was read when it is aborted', async () => {
    const abort = new AbortController()
    const { read } = setup(['one\n', connectionError('aborted')])
    abort.abort()
    const parts: string[] = []
    await read(abort.signal).catch((error: unknown) => parts.push(String(error)))
    expect(parts).toHaveLength(1)
  })
})
