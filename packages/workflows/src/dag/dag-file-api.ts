/** What `@davit/workflows` is inside a DAG file's bundle: nothing of the scheduler comes along. */
export { defineDag } from './define-dag.ts'
export { SkipTask } from './skip-task.ts'
