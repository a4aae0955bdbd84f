import { METHODS } from 'node:http'
import type { OutcomeEssence } from './comparison.ts'
import { NAMESPACE } from './fuzz-namespace.ts'
import type { Conversation, Header, WireRequest } from './wire-request.ts'

/** What both servers said to one conversation. */
export interface Pair {
  readonly conversation: Conversation
  readonly devcluster: OutcomeEssence
  readonly kubernetes: OutcomeEssence
}

/** A difference that stays, and why. */
export interface KnownDifference {
  readonly reason: string
  /** Shows it: a row whose example is answered alike is not needed any more. */
  readonly example: Conversation
  isOne(pair: Pair): boolean
}

const pods = `/api/v1/namespaces/${NAMESPACE}/pods`
const asked = (more: Partial<WireRequest>): Conversation => ({
  requests: [{ method: 'GET', target: pods, ...more }],
})

const request = (test: (request: WireRequest) => boolean) => (pair: Pair) => pair.conversation.requests.some(test)
const header = (test: (header: Header) => boolean) => request(({ headers = [] }) => headers.some(test))
const says = (pattern: RegExp) => (pair: Pair) => pattern.test(JSON.stringify([pair.devcluster, pair.kubernetes]))
const codes = ({ answers }: OutcomeEssence) => answers.map(({ code }) => code).join()

export const knownDifferences: readonly KnownDifference[] = [
  {
    reason: 'Kubernetes breaks the connection where a strategic patch has a list or an object for a merge key',
    example: asked({
      method: 'PATCH',
      target: `${pods}/p?dryRun=All`,
      headers: [['Content-Type', 'application/strategic-merge-patch+json']],
      body: '{"spec":{"containers":[{"name":[null]}]}}',
    }),
    isOne: ({ devcluster, kubernetes }) => codes(devcluster) === '422' && kubernetes.instead === 'closed',
  },
  {
    reason: "Node's HTTP parser takes only the methods that it knows",
    example: asked({ method: 'FOO' }),
    isOne: request(({ method }) => !METHODS.includes(method)),
  },
  {
    reason: "Node's HTTP parser has its own opinion of bytes beyond ASCII and spaces in a request line",
    example: asked({ target: `${pods}/ ` }),
    isOne: request(({ target }) => /[\x80-\xff]| $/.test(target)),
  },
  {
    reason: 'What is no UTF-8 behind a percent sign is shown as U+FFFD',
    example: asked({ target: `${pods}?labelSelector=%ff` }),
    isOne: request(({ target }) => /%[89a-f][0-9a-f]/i.test(target)),
  },
  {
    reason: 'protobuf is not served, nor named among what is',
    example: asked({ headers: [['Accept', 'text/html']] }),
    isOne: ({ devcluster, kubernetes }) => JSON.stringify(devcluster) === withoutProtobuf(JSON.stringify(kubernetes)),
  },
  {
    reason: "YAML's parser has its own words, and reads a few documents that go-yaml refuses",
    example: asked({
      method: 'POST',
      target: `${pods}?dryRun=All`,
      headers: [['Content-Type', 'application/yaml']],
      body: 'a: [',
    }),
    isOne: (pair) => header(([, value]) => /yaml/i.test(value ?? ''))(pair) && says(/yaml: /)(pair),
  },
  {
    reason: 'nobody is impersonated: the dev cluster has no users to act as',
    example: asked({ headers: [['Impersonate-User', 'x']] }),
    isOne: header(([name]) => /^impersonate/i.test(name)),
  },
  {
    reason: "Node's HTTP parser ends a header where Go's folds or refuses it, in its own words",
    example: asked({ headers: [['X-Folded', 'a\r\n b']] }),
    isOne: header(
      ([name, value]) => /[^!#$%&'*+.^_`|~0-9a-z-]/i.test(name) || name === '' || /[\r\n\x00]/.test(value ?? ''),
    ),
  },
  {
    reason: 'a body in broken chunks is refused with 400, not 500',
    example: asked({
      method: 'POST',
      target: `${pods}?dryRun=All`,
      headers: [
        ['Content-Type', 'application/json'],
        ['Transfer-Encoding', 'chunked'],
        ['Content-Length', null],
      ],
      body: 'x\r\n',
    }),
    isOne: (pair) =>
      header(([name]) => /^transfer-encoding$/i.test(name))(pair) &&
      codes(pair.devcluster) === '400' &&
      /^(400|500)/.test(codes(pair.kubernetes)),
  },
  {
    reason: 'an array of numbers is not taken for bytes',
    example: {
      requests: [
        {
          method: 'POST',
          target: `/api/v1/namespaces/${NAMESPACE}/configmaps?dryRun=All`,
          headers: [['Content-Type', 'application/json']],
          body: '{"metadata":{"name":"fresh"},"binaryData":{"c":[{}]}}',
        },
      ],
    },
    isOne: says(/into Go struct field (ConfigMap\.binaryData|Secret\.data) of type \[\]uint8/),
  },
]

function withoutProtobuf(text: string): string {
  return text
    .replaceAll(', application/vnd.kubernetes.protobuf;stream=watch', '')
    .replaceAll(', application/vnd.kubernetes.protobuf', '')
}
