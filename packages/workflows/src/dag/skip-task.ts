const brand = Symbol.for('davit.SkipTask')

/** Thrown by a task function to end its task as `skipped`, with the reason. Airflow: `AirflowSkipException`. */
export class SkipTask extends Error {
  override readonly name = 'SkipTask'
  // The class is bundled with the DAG file and with the worker: two copies, told apart from other errors by this mark.
  readonly [brand] = true

  constructor(reason = 'the task skipped itself') {
    super(reason)
  }
}

/** Whether a thrown value is a {@link SkipTask}, of whichever copy of the class. */
export function isSkipTask(error: unknown): error is Error {
  return error instanceof Error && brand in error
}
