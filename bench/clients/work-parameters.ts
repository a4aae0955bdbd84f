/** What a contender is asked to do with pods. */
export interface WorkParameters {
  readonly kubeconfig: string
  /** The file of the pod template. */
  readonly template: string
  /** `launch`: pods that are held; `lifecycle`: pods that end, and are deleted. */
  readonly phase: 'launch' | 'lifecycle'
  /** How many pods before the measured ones. */
  readonly warmUp: number
  readonly count: number
  /** How many requests at once, where the contender does not find that out by itself. */
  readonly inFlight: number
  /** Tasks that fail are counted (`failed`); otherwise the first ends the run. */
  readonly mayFail?: boolean
}
