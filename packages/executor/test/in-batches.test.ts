import { expect, it } from 'vitest'
import { inBatches } from '../src/in-batches.ts'

it('gives all items in their order, and others a turn between two batches', async () => {
  const items = Array.from({ length: 1_000 }, (_, index) => index)
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
  expect(new Set(seenAtTurns)).toEqual(new Set([250, 500, 750]))
})

it('waits for nobody where there is one batch', async () => {
  let isOthersTurn = false
  setImmediate(() => {
    isOthersTurn = true
  })
  for await (const batch of inBatches(Array.from({ length: 250 }))) expect(batch.length).toBe(250)
  for await (const _ of inBatches([])) expect.unreachable()
  expect(isOthersTurn).toBe(false)
})
