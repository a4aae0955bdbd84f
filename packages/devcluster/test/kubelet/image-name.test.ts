import { describe, expect, it } from 'vitest'
import { fullImageName, imageNameProblem } from '../../src/kubelet/image-name.ts'
import { imagePull } from '../../src/kubelet/image-pull.ts'

it.each([
  'busybox',
  'node:24-slim',
  'library/node',
  'ghcr.io/acme/tool:v1.2',
  'localhost:5000/x',
  'localhost/x',
  'registry.example.com:443/a/b/c@sha256:' + 'a'.repeat(64),
  'a__b/c-d.e',
  'missing/tool:1',
])('takes %s', (image) => {
  expect(imageNameProblem(image)).toBeUndefined()
})

it.each([
  ['', 'invalid reference format'],
  ['Busybox', 'invalid reference format: repository name (library/Busybox) must be lowercase'],
  ['a/B:1', 'invalid reference format: repository name (a/B) must be lowercase'],
  ['a b', 'invalid reference format'],
  ['a:', 'invalid reference format'],
  ['a:tag with space', 'invalid reference format'],
  ['-a', 'invalid reference format'],
  ['a//b', 'invalid reference format'],
  ['a@sha256:1', 'invalid reference format'],
  ['a'.repeat(64), `invalid repository name (${'a'.repeat(64)}), cannot specify 64-byte hexadecimal strings`],
])('refuses %j', (image, problem) => {
  expect(imageNameProblem(image)).toBe(problem)
})

it.each([
  ['busybox', 'docker.io/library/busybox:latest'],
  ['missing/tool', 'docker.io/missing/tool:latest'],
  ['ghcr.io/a/b:1', 'ghcr.io/a/b:1'],
  ['localhost:5000/x', 'localhost:5000/x:latest'],
])('writes %s out', (image, full) => {
  expect(fullImageName(image)).toBe(full)
})

describe('imagePull', () => {
  it('has every image but those that begin with missing/', () => {
    expect(imagePull('busybox', 'Always')).toEqual({ outcome: 'present' })
    expect(imagePull('notmissing/x', 'Never')).toEqual({ outcome: 'present' })
    expect(imagePull('missing/x', 'Always').outcome).toBe('failed')
  })

  it('says of an invalid name what is wrong with it', () => {
    expect(imagePull('A', undefined)).toMatchObject({
      outcome: 'refused',
      reason: 'InvalidImageName',
      message:
        'Failed to apply default image tag "A": couldn\'t parse image name "A": invalid reference format: repository name (library/A) must be lowercase',
    })
  })
})
