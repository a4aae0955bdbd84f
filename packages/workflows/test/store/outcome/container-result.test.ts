import { describe, expect, it } from 'vitest'
import { containerResult } from '../../../src/store/outcome/container-result.ts'

/** JSON text of exactly this many bytes. */
function jsonOf(bytes: number): string {
  return JSON.stringify('x'.repeat(bytes - 2))
}

describe('containerResult', () => {
  it('has no result when nothing was written', () => {
    for (const message of [undefined, '', ' \n']) expect(containerResult(message, 1)).toEqual({ ok: true })
  })

  it.each([
    ['{"rows": 3}\n', { rows: 3 }],
    ['[1, 2]', [1, 2]],
    ['"ä€"', 'ä€'],
    ['null', null],
    ['false', false],
  ])('reads %s', (message, result) => {
    expect(containerResult(message, 1)).toEqual({ ok: true, result })
  })

  it.each([
    [1, 4096],
    [3, 4096],
    [4, 3072],
    [5, 2457],
    [24, 512],
  ])('with %i containers refuses a message that fills %i bytes', (containers, limit) => {
    expect(containerResult(jsonOf(limit - 1), containers)).toMatchObject({ ok: true })
    expect(containerResult(jsonOf(limit), containers)).toMatchObject({
      ok: false,
      failure: {
        class: 'config',
        evidence: `status.containerStatuses[0].state.terminated.message.length=${limit}`,
        message: expect.stringContaining(`${limit} bytes`),
      },
    })
  })

  it('counts bytes, not characters', () => {
    expect(containerResult(JSON.stringify('ä'.repeat(2047)), 1)).toMatchObject({ ok: false })
    expect(containerResult(JSON.stringify('ä'.repeat(2046)), 1)).toMatchObject({ ok: true })
  })

  it('refuses what is no JSON, with the text and the cause', () => {
    expect(containerResult('rows: 3', 1)).toMatchObject({
      ok: false,
      failure: {
        class: 'config',
        evidence: 'status.containerStatuses[0].state.terminated.message=rows: 3',
        message: expect.stringMatching(/^the result is no JSON: .*rows/),
      },
    })
  })
})
