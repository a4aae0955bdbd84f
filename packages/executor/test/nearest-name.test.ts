import { describe, expect, it } from 'vitest'
import { nearestName, nearestNameHint } from '../src/nearest-name.ts'

const known = ['imagePullPolicy', 'image', 'nodeSelector', 'nodeName', 'env', 'envFrom', 'tty']

describe('nearestName', () => {
  it.each([
    ['image_pull_policy', 'imagePullPolicy'],
    ['nodeSelectors', 'nodeSelector'],
    ['NodeName', 'nodeName'],
    ['iamge', 'image'],
    ['evn', 'env'],
    ['envfrom', 'envFrom'],
  ])('finds for %s the name %s', (written, meant) => {
    expect(nearestName(written, known)).toBe(meant)
  })

  it.each(['replicas', 'x', 'zzzzzz'])('finds nothing near %s', (written) => {
    expect(nearestName(written, known)).toBeUndefined()
    expect(nearestNameHint(written, known)).toEqual({})
  })
})
