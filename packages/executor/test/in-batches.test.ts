import { expect, it } from 'vitest'
import { inBatches } from '../src/in-batches.ts'

it('gives all items in their order, and others a turn between two batches', async () => {
  const items = Array.from({ length: 400 }, (_, index) => index)
  const seen: number[] = []
  const seenAtTurns: number[] = []
  let isOver = false
  const turn = () => {
    seenAtTurns.push(seen.length)
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  for await (const batch of inBatches(items)) seen.push(...batch)
  isOver = true
  expect(seen).toEqual(items)
  expect(new Set(seenAtTurns)).toEqual(new Set([100, 200, 300]))
})

it('waits for nobody where there is one batch', async () => {
  let isOthersTurn = false
  setImmediate(() => {
    isOthersTurn = true
  })
  for await (const batch of inBatches(Array.from({ length: 100 }))) expect(batch.length).toBe(100)
  for await (const _ of inBatches([])) expect.unreachable()
  expect(isOthersTurn).toBe(false)
})
