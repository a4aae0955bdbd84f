/** Where a value stands in an object: put into words only when something is wrong there. */
export interface Place {
  /** Undefined for a field of the object itself. */
  readonly within: Place | undefined
  /** The name of a field, the key of a map, or the index of an item. */
  readonly step: string | number
  readonly isKey: boolean
  /** The struct that has the field, as Go names it. */
  readonly struct: string
  /** The field, as Go names it in errors; undefined for keys and items. */
  readonly goName?: string
  /** How a number is written here, where that is not as JavaScript writes it. */
  readonly literal?: string | undefined
}

/** `spec.containers[0].name` */
export function pathOf(place: Place | undefined): string {
  if (!place) return ''
  const { within, step } = place
  if (typeof step === 'number') return `${pathOf(within)}[${step}]`
  return within ? `${pathOf(within)}.${step}` : step
}

/** `spec.containers.name`: the fields alone, as Go has them in errors. */
export function goPathOf(place: Place | undefined): string {
  if (!place) return ''
  const { within, step, isKey, goName = String(step) } = place
  if (typeof step === 'number' || isKey) return goPathOf(within)
  return within ? `${goPathOf(within)}.${goName}` : goName
}
