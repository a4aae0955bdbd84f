import { describe, expect, it, vi } from 'vitest'
import { RecentBytes } from '../../../src/apiserver/http/recent-bytes.ts'

const object = (name: string) => ({ metadata: { name } })

describe('RecentBytes', () => {
  it('makes the bytes of an object once', () => {
    const recent = new RecentBytes()
    const [a, b] = [object('a'), object('b')]
    const make = vi.fn(() => 'grün ✓')
    expect(recent.get(a, make).toString()).toBe('grün ✓')
    expect(recent.get(b, () => 'other').toString()).toBe('other')
    expect(recent.get(a, make).toString()).toBe('grün ✓')
    expect(make).toHaveBeenCalledTimes(1)
  })

  it('takes texts that are larger than its pieces of memory', () => {
    const recent = new RecentBytes()
    const large = 'x'.repeat(3 << 20)
    expect(recent.get(object('large'), () => large).toString()).toBe(large)
  })

  it('forgets what was not asked for while twice its limit was', () => {
    const recent = new RecentBytes(100)
    const objects = Array.from({ length: 9 }, (_, index) => object(`o${index}`))
    const made = (index: number) => {
      const make = vi.fn(() => String(index).repeat(40))
      const one = objects[index]
      const bytes = one && recent.get(one, make)
      expect(bytes?.toString()).toBe(String(index).repeat(40))
      return make.mock.calls.length === 1
    }
    expect([0, 1].map(made)).toEqual([true, true])
    // The second generation begins, and what is asked for moves into it.
    expect([2, 0].map(made)).toEqual([true, false])
    expect([3, 4, 5].map(made)).toEqual([true, true, true])
    expect([1, 2].map(made)).toEqual([true, true])
  })
})
