/** For options that may be repeated: the values in their order. */
export function collect(value: string, all: readonly string[] = []): string[] {
  return [...all, value]
}
