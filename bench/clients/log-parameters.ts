/** What a contender is asked to keep. */
export interface LogParameters {
  readonly kubeconfig: string
  readonly template: string
  /** Where the logs go, one file each. */
  readonly folder: string
  readonly pods: number
}

/** A request of this path lets the containers begin to write. */
export const BEGIN_PATH = '/bench/begin'
/** Keeps the pods there, as pods are while their containers end. */
export const FINALIZER = 'bench.davit/log'
