import { ArgumentError } from './errors.ts'

/**
 * The id of the job that pods belong to, as text.
 *
 * @throws {ArgumentError} `ARGUMENT_INVALID`: none, which would select pods of nobody
 */
export function ownerJobId(name: string, jobId: string | number): string {
  const text = String(jobId ?? '')
  if (text === '') throw new ArgumentError(`${name} is empty: it names the owner of the pods`)
  return text
}
