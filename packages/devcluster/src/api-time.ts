/** Milliseconds since 1970 as the API writes times, in whole seconds: `2026-01-01T00:00:00Z`. */
export function apiTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}

/** The same to the microsecond, as events have it. */
export function apiMicroTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z')
}
