/**
 * The known name that the writer most likely meant, or undefined when none is near. Case, `_` and `-` do not count:
 * whoever knows Airflow's `image_pull_policy` is told `imagePullPolicy`.
 */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  const wanted = bare(written)
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  let nearest: string | undefined
  let nearestDistance = limit + 1
  for (const name of known) {
    const distance = editDistance(wanted, bare(name), nearestDistance)
    if (distance < nearestDistance) {
      nearest = name
      nearestDistance = distance
    }
  }
  return nearest
}

/** `did you mean …?`, ready to be a problem's hint; empty when no known name is near. */
export function nearestNameHint(written: string, known: Iterable<string>): { readonly hint?: string } {
  const nearest = nearestName(written, known)
  return nearest === undefined ? {} : { hint: `did you mean ${nearest}?` }
}

function bare(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '')
}

/** Insertions, deletions, replacements and swaps of neighbours from `a` to `b`; at least `ceiling` when it is no less. */
function editDistance(a: string, b: string, ceiling: number): number {
  if (Math.abs(a.length - b.length) >= ceiling) return ceiling
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, at(beforeLast, j - 2) + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
