// Bundled as the worker's runtime, which the bootstrap fetches by its hash.
export { runWorker } from './run-worker.ts'
