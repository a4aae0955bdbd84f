/** A loop of the executor with one thing wrong in it, as a text that takes the place of another in its source. */
export interface Patch {
  readonly invariant: 'I1' | 'I2' | 'I5' | 'I6' | 'I7'
  /** What is wrong then. */
  readonly what: string
  readonly files: readonly PatchedFile[]
}

interface PatchedFile {
  /** Below `packages/executor/src`. */
  readonly file: string
  /** Each `find` is there exactly once. */
  readonly edits: readonly { readonly find: string; readonly replace: string }[]
}

/** One for each invariant that the suite has to defend. */
export const PATCHES: readonly Patch[] = [
  {
    invariant: 'I1',
    what: 'a create is sent while its launch is still being recorded',
    files: [
      {
        file: 'loops/launching/launch-preparation.ts',
        edits: [
          {
            find: 'const env = await this.record(entry)',
            replace: 'this.record(entry).catch(() => {}); const env = {}',
          },
        ],
      },
    ],
  },
  {
    invariant: 'I2',
    what: 'events of the pods of earlier launches are taken for those of the current one',
    files: [
      {
        file: 'loops/tracking/pod-tracker.ts',
        edits: [
          {
            find: 'if (!entry || !isOfLaunch || (entry.launch?.uid ?? record.uid) !== record.uid) {',
            replace: 'if (!entry) {',
          },
          { find: 'if (!entry || entry.launch?.uid !== record.uid || ', replace: 'if (!entry || ' },
        ],
      },
      {
        file: 'loops/launch-book.ts',
        edits: [
          {
            find: 'if (this.#byPod.get(namespace, podName) === entry) this.#byPod.delete(namespace, podName)',
            replace: '',
          },
        ],
      },
    ],
  },
  {
    invariant: 'I5',
    what: 'slots are counted up and down, and not down when a task is let go without an outcome',
    files: [
      {
        file: 'loops/launch-book.ts',
        edits: [
          {
            find: 'get size(): number {\n    return this.#byKey.size',
            replace: 'counted = 0\n\n  get size(): number {\n    return this.counted',
          },
          {
            find: 'this.#byKey.set(entry.key, entry)',
            replace: 'this.#byKey.set(entry.key, entry); this.counted++',
          },
          { find: "entry.phase = 'closed'", replace: "if (entry.outcome) this.counted--; entry.phase = 'closed'" },
        ],
      },
    ],
  },
  {
    invariant: 'I6',
    what: 'the pod is disposed of before its outcome is committed',
    files: [
      {
        file: 'loops/outcomes/outcome-pipeline.ts',
        edits: [
          {
            find: 'else this.#committer.push(outcome)',
            replace: 'else { this.#dispose(entry, outcome, true); this.#committer.push(outcome) }',
          },
        ],
      },
    ],
  },
  {
    invariant: 'I7',
    what: 'a watch that says nothing any more is believed to be well',
    files: [
      {
        file: 'watch/reflector.ts',
        edits: [{ find: 'silenceMs: SILENCE_MS,', replace: 'silenceMs: 1e9,' }],
      },
    ],
  },
]

/** The source with the thing wrong in it. @throws Error when it does not say what the patch is about */
export function patched({ file, edits }: PatchedFile, source: string): string {
  return edits.reduce((text, { find, replace }) => {
    const places = text.split(find).length - 1
    if (places !== 1)
      throw new Error(`the patch of ${file} does not apply: it has ${places} times ${JSON.stringify(find)}`)
    return text.replace(find, () => replace)
  }, source)
}
