import { describe, expect, it } from 'vitest'
import {
  checkConfigKey,
  checkDnsLabel,
  checkDnsSubdomain,
  checkEnvName,
  checkLabelValue,
  checkPortName,
  checkQualifiedName,
} from '../../../src/apiserver/validation/names.ts'

describe('names', () => {
  it.for<readonly [title: string, check: (value: string) => readonly string[], good: string[], bad: string[]]>([
    [
      'DNS subdomains',
      checkDnsSubdomain,
      ['a', 'a.b', 'a-b.c0', '0'],
      ['', 'A', 'a_b', '-a', 'a-', 'a..b', 'a'.repeat(254)],
    ],
    ['DNS labels', checkDnsLabel, ['a', 'a-b', '0'], ['', 'a.b', 'A', 'a-', 'a'.repeat(64)]],
    [
      'qualified names',
      checkQualifiedName,
      ['a', 'A_b.c', 'x.y/z'],
      ['', '/a', 'a/', 'a/b/c', 'a b', 'X/a', 'a'.repeat(64)],
    ],
    ['label values', checkLabelValue, ['', 'a', 'A_b.c'], ['a b', '-a', 'a-', 'a'.repeat(64)]],
    ['names of variables', checkEnvName, ['A', '1a', 'a.b-c', 'a b'], ['', 'a=b', 'ä']],
    ['config keys', checkConfigKey, ['a', '.a', 'A_b-c'], ['', 'a b', '.', '..', '..a', 'a/b']],
    ['names of ports', checkPortName, ['http', 'a-1'], ['', 'A', '80', 'a--b', '-a', 'abcdefghijklmnop']],
  ])('%s', ([, check, good, bad]) => {
    expect(good.filter((value) => check(value).length > 0)).toEqual([])
    expect(bad.filter((value) => check(value).length === 0)).toEqual([])
  })

  it('says of a subdomain in the place of a label that it has dots', () => {
    expect(checkDnsLabel('a.b')).toEqual(['must not contain dots'])
  })
})
