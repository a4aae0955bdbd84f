import { expect, it, vi } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { resolveConfig } from '../../../src/config/resolve-config.ts'
import { silentLogger } from '../../../src/logger.ts'
import { newEntry } from '../../../src/loops/launch-entry.ts'
import { Launcher } from '../../../src/loops/launching/launcher.ts'
import { Troubles } from '../../../src/loops/troubles.ts'
import { noMetrics } from '../../../src/metrics.ts'
import { FakePods } from '../../support/fake-pods.ts'

const key = { dagId: 'd', taskId: 't', runId: 'r', tryNumber: 1, mapIndex: -1 }
const entry = () =>
  newEntry(
    {
      key,
      args: ['true'],
      priority: 0,
      queue: null,
      podOverride: null,
      podTemplateFile: null,
      launchNumber: 1,
      infrastructureRetries: 3,
    },
    0,
    'default',
  )

it('wakes for a delayed launch also when its timer is early and it falls due between two looks at the clock', async () => {
  const machine = new FakeClock(0)
  let isEarly = false
  let passedMs = 0
  const clock = {
    now() {
      const now = machine.now() + passedMs
      if (isEarly) passedMs = 1
      isEarly = false
      return now
    },
    setTimeout: (callback: () => void, delayMs: number) =>
      machine.setTimeout(
        () => {
          isEarly = passedMs === 0
          callback()
        },
        delayMs - (passedMs === 0 ? 1 : 0),
      ),
  }
  const prepare = vi.fn(async () => null)
  const launcher = new Launcher({
    pods: new FakePods(),
    config: resolveConfig({}),
    clock,
    random: () => 0.5,
    logger: silentLogger,
    metrics: noMetrics,
    troubles: new Troubles({ clock, logger: silentLogger, metrics: noMetrics }),
    prepare,
    pendingCount: () => 0,
    isAccounted: () => false,
    onPod: () => {},
    onFailed: () => {},
    onUsedUp: () => {},
  })
  launcher.enqueue(entry(), 1_000)
  await machine.advance(998)
  expect(prepare).not.toHaveBeenCalled()
  await machine.advance(2)
  expect(prepare).toHaveBeenCalledOnce()
  await launcher.stop()
})
