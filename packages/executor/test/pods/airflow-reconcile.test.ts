import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { reconcilePods } from '../../src/pods/reconcile-pods.ts'
import { frozen } from '../support/frozen.ts'

/** Pods, and what provider 10.25.0 merged them to. */
const rows: { base: Pod; client: Pod; merged: Pod }[] = JSON.parse(
  readFileSync(new URL('testdata/airflow-reconcile.json', import.meta.url), 'utf8'),
)

it(`merges ${rows.length} pairs of pods as Airflow does`, () => {
  expect(rows.length).toBeGreaterThan(50)
  for (const { base, client, merged } of frozen(rows)) {
    expect(reconcilePods(base, client, { duplicates: 'airflow' })).toEqual(merged)
  }
})
