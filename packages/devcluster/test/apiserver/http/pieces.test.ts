import { expect, it } from 'vitest'
import { PIECE_BYTES, pieces } from '../../../src/apiserver/http/pieces.ts'

it('joins small parts, leaves large ones whole, and asks for none before its time', () => {
  let asked = 0
  const parts = function* () {
    for (const size of [10, PIECE_BYTES - 20, 30, PIECE_BYTES * 3, 5]) {
      asked++
      yield Buffer.alloc(size, 'x')
    }
  }
  const joined = pieces(parts())
  expect([joined.next().value?.length, asked]).toEqual([PIECE_BYTES + 20, 3])
  expect([...joined].map((piece) => piece.length)).toEqual([PIECE_BYTES * 3, 5])
  expect([...pieces([])]).toEqual([])
})
