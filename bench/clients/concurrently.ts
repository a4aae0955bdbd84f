/** Runs a number of jobs, so many at once, and rejects with the first error. */
export async function concurrently(
  count: number,
  atOnce: number,
  job: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < count) await job(next++)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
}
