import type { ServerResponse } from 'node:http'
import { expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { createKubeClient } from '../../src/kube/create-kube-client.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import { silentLogger } from '../../src/logger.ts'
import { Reflector } from '../../src/watch/reflector.ts'
import type { WatchTrouble } from '../../src/watch/reflector-status.ts'
import { ImmediateClock } from '../support/immediate-clock.ts'
import { kubeconfigText } from '../support/kubeconfig-text.ts'
import { recordOf } from '../support/start-reflector.ts'
import { json, startWireServer } from '../support/wire-server.ts'

const RESETS = 1_000

// The official client has two watches after each such end, and 32 after four of them.
it('P1 C: 1,000 resets in a row, each with two signs of trouble, leave one watch and never make two', {
  timeout: 60_000,
}, async () => {
  let open = 0
  let mostOpen = 0
  let opened = 0
  let last: ServerResponse | undefined
  await using server = await startWireServer((request, response) => {
    if (!request.url.includes('watch=true')) {
      json(response, 200, { kind: 'PodList', metadata: { resourceVersion: '100' }, items: [] })
      return
    }
    opened += 1
    open += 1
    mostOpen = Math.max(mostOpen, open)
    last = response
    request.socket.once('close', () => {
      open -= 1
    })
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    if (opened > RESETS) return
    // Half a line, which cannot be read, and a reset behind it.
    response.write('{"type":"ADDED","object":', () => request.socket.resetAndDestroy())
  })
  // Backoffs are 22.5 s at most; a watch that stays open for 10 s would count as well.
  const clock = new ImmediateClock((ms) => ms <= 22_500 && ms !== 10_000)
  const delays: number[] = []
  const kube = createKubeClient(await loadKubeConfig({ kubeconfig: kubeconfigText({ server: server.url }), env: {} }), {
    clock,
  })
  await using reflector = new Reflector({
    pods: kube.pods,
    namespace: 'ns',
    resyncSeconds: 0,
    project: recordOf,
    clock,
    random: () => 0.5,
    logger: silentLogger,
    onNotice: () => {},
    observer: { troubled: ({ nextTryAt }: WatchTrouble) => delays.push(nextTryAt - clock.now()) },
  })
  reflector.start()
  await eventually(() => opened > RESETS, { withinMs: 50_000 })
  expect([mostOpen, delays.length]).toEqual([1, RESETS])
  // The backoff has grown, and nothing but an event makes it short again.
  expect(delays.slice(0, 4)).toEqual([375, 750, 1_500, 3_000])
  expect(Math.min(...delays.slice(10))).toBeGreaterThan(6_000)
  // A broken line may be the version's fault, and leads to a list: one for each second step at most.
  expect(server.requests.length - opened).toBeLessThanOrEqual(1 + RESETS / 2)

  last?.write(
    `${JSON.stringify({ type: 'ADDED', object: { metadata: { namespace: 'ns', name: 'a', uid: 'u', resourceVersion: '101' } } })}\n`,
  )
  await eventually(() => reflector.store.size === 1)
  expect([open, reflector.status.trouble]).toEqual([1, null])
  await reflector.stop()
  await eventually(() => open === 0)
  await kube.close()
})
