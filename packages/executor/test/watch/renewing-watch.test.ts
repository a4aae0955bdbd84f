import { expect, it } from 'vitest'
import { broken } from '../support/scripted-pods.ts'
import { startReflector } from '../support/start-reflector.ts'

it('makes a version new that may soon be gone, by a watch that lasts for moments and ends with a bookmark', async () => {
  const { reflector, pods, clock } = await startReflector()
  await clock.advance(40_000)
  pods.last.fail(broken('reset'))
  await clock.advance(1_000)
  expect(pods.last.options).toMatchObject({ resourceVersion: '100', timeoutSeconds: 3 })
  await clock.advance(1_000)
  pods.last.bookmark(5_000)
  await clock.advance(2_000)
  pods.last.close()
  await clock.advance(0)
  expect(pods.last.options).toMatchObject({ resourceVersion: '5000', timeoutSeconds: 300 })
  expect(pods.watches.length).toBe(3)
  await reflector.stop()
})

it('does so once: a server without that bookmark is not asked every few seconds', async () => {
  const { reflector, pods, clock } = await startReflector()
  await clock.advance(40_000)
  pods.last.fail(broken('reset'))
  await clock.advance(1_000)
  await clock.advance(3_000)
  pods.last.close()
  await clock.advance(1_000)
  expect(pods.watches.map(({ options }) => options.timeoutSeconds)).toEqual([300, 3, 300])
  await reflector.stop()
})

it('leaves a version alone that is new enough', async () => {
  const { reflector, pods, clock } = await startReflector()
  await clock.advance(25_000)
  pods.last.bookmark(200)
  await clock.advance(25_000)
  pods.last.fail(broken('reset'))
  await clock.advance(1_000)
  expect(pods.last.options).toMatchObject({ resourceVersion: '200', timeoutSeconds: 300 })
  await reflector.stop()
})
