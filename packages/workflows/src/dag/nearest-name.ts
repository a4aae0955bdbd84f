import { distance } from 'fastest-levenshtein'

/** The name that was probably meant, or undefined when none is near. Case, `_` and `-` do not count. */
export function nearestName(wrong: string, names: Iterable<string>): string | undefined {
  const wanted = plain(wrong)
  let best: { readonly name: string; readonly distance: number } | undefined
  for (const name of names) {
    const candidate = { name, distance: distance(wanted, plain(name)) }
    if (!best || candidate.distance < best.distance) best = candidate
  }
  // A third of the letters may be wrong; of names as short as `x1` none.
  const allowed = Math.floor(wanted.length / 3)
  return best && best.distance <= allowed ? best.name : undefined
}

/** A hint: the nearest name when there is one, else what there is to choose from. */
export function nameHint(wrong: string, names: Iterable<string>, kind: string): string {
  const known = [...new Set(names)].filter((name) => name !== '')
  const nearest = nearestName(wrong, known)
  if (nearest !== undefined) return `did you mean ${JSON.stringify(nearest)}?`
  if (known.length === 0) return `there are no ${kind}`
  const shown = known.slice(0, 30).join(', ')
  return `${kind}: ${shown}${known.length > 30 ? `, and ${known.length - 30} more` : ''}`
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, '')
}
