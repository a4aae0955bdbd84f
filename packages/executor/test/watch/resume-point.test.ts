import { describe, expect, it } from 'vitest'
import { KubeApiError } from '../../src/kube/kube-errors.ts'
import { ResumePoint } from '../../src/watch/resume-point.ts'

function answered(code: number, reason: string): KubeApiError {
  const status = { kind: 'Status', apiVersion: 'v1', code, reason } as const
  return new KubeApiError({ status, httpStatus: code, method: 'WATCH', path: '/api/v1/pods' })
}

const expired = answered(410, 'Expired')
const broken = answered(500, 'InternalError')
const busy = answered(429, 'TooManyRequests')
const asWatch = (cause: string) => ({ cause, isWatch: true })

/** A point whose first list was of version 10. */
function listedPoint(start?: string): ResumePoint {
  const point = new ResumePoint(start)
  point.listed('10')
  return point
}

it('wants a list first of all, and then none', () => {
  const point = new ResumePoint(undefined)
  expect([point.mustList, point.listCause, point.version]).toEqual([true, 'start', ''])
  point.listed('10')
  expect([point.mustList, point.listCause, point.version]).toEqual([false, 'resync', '10'])
})

describe('a version that an earlier process had reached', () => {
  it('is where the watch begins after the first list', () => {
    const point = new ResumePoint('7')
    expect(point.isEarlierThanList).toBe(true)
    point.listed('10')
    expect([point.isEarlierThanList, point.version]).toEqual([false, '7'])
  })

  it.each(['10', '12'])('counts for nothing at %s when the list is of 10', (start) => {
    expect(listedPoint(start).version).toBe('10')
  })

  it('counts for nothing in later lists', () => {
    const point = listedPoint('7')
    point.listed('20')
    expect(point.version).toBe('20')
  })

  it('gives way to the list when it has expired, and no other list is wanted', () => {
    const point = listedPoint('7')
    point.failed(expired, asWatch('expired'))
    expect([point.version, point.mustList]).toEqual(['10', false])
    point.failed(expired, asWatch('expired'))
    expect([point.mustList, point.listCause]).toEqual([true, 'expired'])
  })

  it('is forgotten once the watch has reached the list', () => {
    const point = listedPoint('7')
    point.reached('10')
    point.failed(expired, asWatch('expired'))
    expect(point.mustList).toBe(true)
  })
})

describe('failures of watches at one version', () => {
  it('lead to a list at the second', () => {
    const point = listedPoint()
    point.failed(broken, asWatch('server-error'))
    expect(point.mustList).toBe(false)
    point.failed(broken, asWatch('server-error'))
    expect([point.mustList, point.listCause]).toEqual([true, 'server-error'])
  })

  it('begin anew when the version has moved', () => {
    const point = listedPoint()
    point.failed(broken, asWatch('server-error'))
    point.reached('11')
    point.watched('10')
    point.failed(broken, asWatch('server-error'))
    expect(point.mustList).toBe(false)
  })

  it('lead to none while a list would only add to the load', () => {
    const point = listedPoint()
    for (let failure = 0; failure < 5; failure++) point.failed(busy, asWatch('too-many-requests'))
    expect(point.mustList).toBe(false)
  })

  it('are not those of lists', () => {
    const point = listedPoint()
    for (let failure = 0; failure < 5; failure++) point.failed(broken, { cause: 'server-error', isWatch: false })
    expect(point.mustList).toBe(false)
  })
})
