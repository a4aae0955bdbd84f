import { expect, it } from 'vitest'
import { judge } from './judge.ts'
import { ONCE_FAILED } from './once-failed.ts'

it.each(ONCE_FAILED)('$what', async ({ schedule }) => {
  expect((await judge(schedule)).violations).toEqual([])
})
