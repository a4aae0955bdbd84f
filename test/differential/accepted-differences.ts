/** A difference that both servers may have, and why. */
export interface AcceptedDifference {
  readonly reason: string
  /** Replaces, in a text of either server, what may differ. */
  readonly rewrite: (text: string) => string
}

/** All that is not compared. Each row is as small as it can be, and is taken out once a run does not need it any more. */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    reason:
      'behind the refusal of a pod update Kubernetes prints a difference of its Go structs; the dev cluster names the fields',
    rewrite: (text) =>
      text.replace(
        /(if it was previously negative\)\n)[\s\S]*?(?=$|, spec\.[a-zA-Z]+(\[|:|\.)|\]$)/,
        '$1<what differs>',
      ),
  },
]
