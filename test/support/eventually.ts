type Truthy<T> = Exclude<T, false | null | undefined | 0 | ''>

/**
 * Waits until `check` gives a truthy value or stops throwing, and returns it; fails with the last value or error once
 * `withinMs` (real time) is over.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { withinMs = 10_000, everyMs = 20 } = {},
): Promise<Truthy<T>> {
  const deadline = Date.now() + withinMs
  for (;;) {
    let seen: unknown
    try {
      const value = await check()
      if (value) return value as Truthy<T>
      seen = value
    } catch (error) {
      seen = error
    }
    if (Date.now() > deadline) {
      throw new Error(
        `not within ${withinMs} ms; last seen: ${seen instanceof Error ? seen.message : JSON.stringify(seen)}`,
        {
          cause: seen,
        },
      )
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
