import { describe, expect, it } from 'vitest'
import { checkPodPatch } from '../../src/pods/check-pod-patch.ts'

const paths = (patch: unknown, options?: { strict: boolean }) =>
  checkPodPatch(patch, 'podPatch', options).map(({ path, message, hint }) => [path, message, ...(hint ? [hint] : [])])

describe('checkPodPatch', () => {
  it('takes every directive where it stands right', () => {
    expect(
      paths({
        metadata: { labels: { $patch: 'replace', a: '1' }, '$deleteFromPrimitiveList/finalizers': ['x.y/a'] },
        spec: {
          $retainKeys: ['containers', 'volumes', 'hostNetwork'],
          hostNetwork: false,
          containers: [
            { name: 'base', env: [{ $patch: 'replace' }, { name: 'A' }] },
            { name: 'x', $patch: 'delete' },
          ],
          '$setElementOrder/containers': [{ name: 'log' }, { name: 'base' }],
          volumes: [{ name: 'v', $retainKeys: ['name', 'emptyDir'], emptyDir: {} }],
        },
      }),
    ).toEqual([])
  })

  it('finds all problems at once, each with its path', () => {
    expect(
      paths({
        kind: 'Job',
        $path: 1,
        metadata: { labels: { a: 1 }, '$setElementOrder/labels': [], '$deleteFromPrimitiveList/ownerReferences': [] },
        spec: {
          $retainKeys: ['containers'],
          hostNetwerk: true,
          containers: [
            { image: 'x' },
            { name: 'base', $patch: 'merge', envs: [] },
            { $patch: 'replace', name: 'y' },
            { name: 'z', args: [{ $patch: 'delete' }] },
          ],
          '$setElementOrder/containers': [{ name: 'z' }, { name: 'base' }],
          tolerations: [{ $patch: 'delete', key: 'x' }],
          '$setElementOrder/volumes': [{ path: 'x' }],
          nodeSelector: { $patch: 'keep' },
        },
      }),
    ).toEqual([
      ['podPatch.metadata.labels.a', 'must be text, not the number 1', 'put it in quotes'],
      ['podPatch.spec.hostNetwerk', 'unknown field', 'did you mean hostNetwork?'],
      ['podPatch.spec.containers[1].envs', 'unknown field', 'did you mean env?'],
      ['podPatch.spec.containers[3].args[0]', 'must be text, not an object'],
      ['podPatch.kind', 'must be Pod, not Job'],
      ['podPatch["$path"]', 'unknown directive', 'did you mean $patch?'],
      ['podPatch.metadata["$setElementOrder/labels"]', 'names no list that patches are merged into'],
      [
        'podPatch.metadata["$deleteFromPrimitiveList/ownerReferences"]',
        'is for lists of plain values',
        'write { uid: …, $patch: delete } in the list',
      ],
      ['podPatch.spec["$retainKeys"]', 'does not name hostNetwerk, which the patch sets', 'add hostNetwerk'],
      ['podPatch.spec["$retainKeys"]', 'does not name tolerations, which the patch sets', 'add tolerations'],
      ['podPatch.spec["$retainKeys"]', 'does not name nodeSelector, which the patch sets', 'add nodeSelector'],
      ['podPatch.spec.containers[0]', 'has no name, by which the items of this list are told apart'],
      ['podPatch.spec.containers[1]["$patch"]', 'must be replace or delete, not "merge"'],
      [
        'podPatch.spec.containers[2]',
        '$patch: replace must stand in an item of its own',
        'write the new items beside it in the list',
      ],
      [
        'podPatch.spec.containers[3].args[0]["$patch"]',
        'this list is not merged: the patch takes its place as a whole',
      ],
      ['podPatch.spec["$setElementOrder/containers"]', 'must name the items that the patch has, in their order'],
      ['podPatch.spec.tolerations[0]["$patch"]', 'this list is not merged: the patch takes its place as a whole'],
      ['podPatch.spec["$setElementOrder/volumes"]', 'must be a list of objects with name'],
      ['podPatch.spec.nodeSelector["$patch"]', 'must be replace or delete, not "keep"'],
    ])
  })

  it('lets pass fields that no pod has when told to, but no directive that cannot be carried out', () => {
    expect(paths({ spec: { hostNetwerk: 1, containers: [{ image: 1 }] } }, { strict: false })).toEqual([
      ['podPatch.spec.containers[0]', 'has no name, by which the items of this list are told apart'],
    ])
    expect(paths([])).toEqual([['podPatch', 'must be an object: a strategic merge patch of a pod']])
  })
})
