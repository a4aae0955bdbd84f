import type * as fc from 'fast-check'
import { bodies, hugeBodies } from './arbitraries/bodies.ts'
import { headers } from './arbitraries/headers.ts'
import { parameters } from './arbitraries/parameters.ts'
import { patches } from './arbitraries/patches.ts'
import { paths } from './arbitraries/paths.ts'
import { selectors } from './arbitraries/selectors.ts'
import { streams } from './arbitraries/streams.ts'
import { verbs } from './arbitraries/verbs.ts'
import type { Conversation } from './wire-request.ts'

/** One kind of bad input. */
export interface Kind {
  readonly name: string
  readonly arbitrary: fc.Arbitrary<Conversation>
  /** How many of a hundred requests are of this kind. */
  readonly share: number
  /** Why only the invariants hold for it, and not that both servers say the same. */
  readonly isNotCompared?: string
  /** Why only the codes of the answers are compared. */
  readonly onlyCodes?: string
}

export const kinds: readonly Kind[] = [
  { name: 'paths', arbitrary: paths, share: 15 },
  { name: 'verbs', arbitrary: verbs, share: 8 },
  { name: 'selectors', arbitrary: selectors, share: 12 },
  { name: 'parameters', arbitrary: parameters, share: 15 },
  { name: 'bodies', arbitrary: bodies, share: 20 },
  { name: 'headers', arbitrary: headers, share: 17 },
  {
    name: 'patches',
    arbitrary: patches,
    share: 8,
    onlyCodes: 'the words about patches that do not fit are those of structs in Go',
  },
  {
    name: 'streams',
    arbitrary: streams,
    share: 4,
    isNotCompared: "Node's HTTP parser closes where Go's server says 400 or 505",
  },
  { name: 'huge bodies', arbitrary: hugeBodies, share: 1 },
]
