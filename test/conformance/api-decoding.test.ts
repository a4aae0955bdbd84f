import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { badRequest, type Cause, invalid, refusal } from '../support/status-bodies.ts'
import { testPod } from '../support/test-pod.ts'

const asPod = (text: string) => badRequest(`Pod in version "v1" cannot be handled as a Pod: ${text}`)
const noObject = (text: string) =>
  badRequest(
    `the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: ${text}`,
  )
const pod = JSON.stringify(testPod('p'))
const without = (text: string, change: string) => {
  if (!pod.includes(text)) throw new Error(`the pod has no ${text}`)
  return pod.replace(text, change)
}

/** A text that is no pod, and what is said of it. */
const refused: readonly (readonly [title: string, text: string, body: object])[] = [
  ['half a JSON', '{"apiVersion":"v1",', noObject('unexpected end of JSON input ({"apiVersion":"v1",)')],
  ['no body', '', noObject('unexpected end of JSON input (<empty>)')],
  [
    'an array',
    '[]',
    noObject(
      'json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)',
    ),
  ],
  [
    'another kind',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"p"}}',
    badRequest(
      'Service in version "v1" cannot be handled as a Pod: converting (v1.Service) to (core.Pod): unknown conversion',
    ),
  ],
  [
    'an unknown kind',
    '{"apiVersion":"v1","kind":"Foo","metadata":{"name":"p"}}',
    badRequest(
      'Foo in version "v1" cannot be handled as a Pod: no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ),
  ],
  [
    'an unknown version',
    '{"apiVersion":"v2","kind":"Pod","metadata":{"name":"p"}}',
    badRequest(
      'Pod in version "v2" cannot be handled as a Pod: no kind "Pod" is registered for version "v2" in scheme "pkg/runtime/scheme.go:111"',
    ),
  ],
  [
    'a number as env value',
    without('"image":"busybox"', '"image":"busybox","env":[{"name":"A","value":1}]'),
    asPod('json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string'),
  ],
  [
    'a number as label value',
    without('"name":"p"', '"name":"p","labels":{"a":1}'),
    asPod('json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'),
  ],
  [
    'an object as containers',
    without('[{"name":"base","image":"busybox"}]', '{}'),
    asPod('json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container'),
  ],
  [
    'a text as deadline',
    without('"restartPolicy"', '"activeDeadlineSeconds":"5","restartPolicy"'),
    asPod('json: cannot unmarshal string into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64'),
  ],
  [
    'a quantity of two words',
    without('"image":"busybox"', '"image":"busybox","resources":{"requests":{"cpu":"2 cores"}}'),
    asPod("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
  ],
  [
    'the namespace of another path',
    without('"name":"p"', '"name":"p","namespace":"elsewhere"'),
    badRequest('the namespace of the provided object does not match the namespace sent on the request'),
  ],
  [
    'a resourceVersion',
    without('"name":"p"', '"name":"p","resourceVersion":"1"'),
    refusal(500, null, 'resourceVersion should not be set on objects to be created'),
  ],
]

const unknownFields = pod
  .replace('"image":"busybox"', '"image":"busybox","foo":1,"volumeMountz":[]')
  .replace('"busybox","foo":1,"volumeMountz":[]}]', '"busybox","foo":1,"volumeMountz":[]}],"bar":1')
  .replace(/}$/, ',"baz":1}')
const unknownTexts = ['spec.containers[0].foo', 'spec.containers[0].volumeMountz', 'spec.bar', 'baz'].map(
  (field) => `unknown field "${field}"`,
)
const warnings = (texts: readonly string[]) => texts.map((text) => `299 - ${JSON.stringify(text)}`)

conformance('decoding of pods', {}, (it) => {
  it.for(refused)('refuses %s', async ([, text, refusal], { api, namespace }) => {
    const { status, body } = await api.post<{ code: number }>(podsPath(namespace), text)
    expect(body).toEqual(refusal)
    expect(status).toBe(body.code)
  })

  it('refuses unknown and misspelt fields under fieldValidation=Strict, all at once', async ({ api, namespace }) => {
    const strict = withQuery(podsPath(namespace), { fieldValidation: 'Strict' })
    expect((await api.post(strict, unknownFields)).body).toEqual(
      asPod(`strict decoding error: ${unknownTexts.join(', ')}`),
    )
    const misspelt = pod.replace('restartPolicy', 'RestartPolicy')
    expect((await api.post(strict, misspelt)).body).toEqual(
      asPod('strict decoding error: unknown field "spec.RestartPolicy"'),
    )
  })

  it('refuses duplicate fields under fieldValidation=Strict', async ({ api, namespace }) => {
    const strict = withQuery(podsPath(namespace), { fieldValidation: 'Strict' })
    const twice = pod.replace('"name":"p"', '"name":"q","name":"p"').replace('"image"', '"image":"a","image"')
    expect((await api.post(strict, twice)).body).toEqual(
      asPod('strict decoding error: duplicate field "metadata.name", duplicate field "spec.containers[0].image"'),
    )
  })

  it.for(['?fieldValidation=Warn', ''])(
    'creates with warnings for unknown fields: %j',
    async (query, { api, namespace }) => {
      const answer = await api.post(`${podsPath(namespace)}${query}`, unknownFields)
      expect([answer.status, answer.warnings]).toEqual([201, warnings(unknownTexts)])
    },
  )

  it('warns of duplicate fields, and takes the last', async ({ api, namespace }) => {
    const twice = pod.replace('"name":"p"', '"name":"q","name":"p"')
    const answer = await api.post(podsPath(namespace), twice)
    expect(answer).toMatchObject({ status: 201, body: { metadata: { name: 'p' } } })
    expect(answer.warnings).toEqual(warnings(['duplicate field "metadata.name"']))
  })

  it('drops unknown fields without a word under fieldValidation=Ignore', async ({ api, namespace }) => {
    const answer = await api.post<object>(withQuery(podsPath(namespace), { fieldValidation: 'Ignore' }), unknownFields)
    expect([answer.status, answer.warnings]).toEqual([201, []])
    expect(answer.body).not.toHaveProperty('baz')
    expect(answer.body).not.toHaveProperty('spec.bar')
  })

  it.for<readonly [Record<string, string>, Cause]>([
    [
      { fieldValidation: 'Foo' },
      ['NotSupported', 'fieldValidation', 'Unsupported value: "Foo": supported values: "", "Ignore", "Strict", "Warn"'],
    ],
    [{ dryRun: 'foo' }, ['NotSupported', 'dryRun', 'Unsupported value: ["foo"]: supported values: "All"']],
  ])('refuses the option %j', async ([query, cause], { api, namespace }) => {
    const { body } = await api.post(withQuery(podsPath(namespace), query), pod)
    expect(body).toEqual(invalid({ kind: 'CreateOptions', group: 'meta.k8s.io' }, cause))
  })

  it('refuses a content type that it does not read', async ({ api, namespace }) => {
    const { body } = await api.post(podsPath(namespace), pod, { contentType: 'text/plain' })
    expect(body).toMatchObject({
      code: 415,
      reason: 'UnsupportedMediaType',
      // A server that reads protobuf goes on with that.
      message: expect.stringMatching(
        /^the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml/,
      ),
    })
  })

  it('reads YAML 1.1', async ({ api, namespace }) => {
    const text = (name: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers:\n  - name: base\n    image: busybox\n`
    const post = (name: string) => api.post(podsPath(namespace), text(name), { contentType: 'application/yaml' })
    expect(await post('from-yaml')).toMatchObject({ status: 201, body: { metadata: { name: 'from-yaml' } } })
    expect((await post('y')).body).toEqual(
      asPod('json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.name of type string'),
    )
  })
})
