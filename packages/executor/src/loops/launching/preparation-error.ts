import type { Failure } from '../../pods/failure.ts'

/** The pod of a task cannot be built, by the fault of its template, override, hook or namespace. Never leaves `loops/`. */
export class PreparationError extends Error {
  override readonly name = 'PreparationError'
  readonly failure: Failure

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options)
    this.failure = failure
  }
}
