/**
 * Writes `packages/devcluster/src/apiserver/schema/api-types.ts`: the fields of the kinds that the dev cluster serves, read
 * from Kubernetes' Go structs. Field names, order, types, what is left out when empty and how lists are merged are facts of
 * the API; nothing else is taken. Needs Go and its module cache (`test/kubernetes/program` names the versions).
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join(root, 'packages/devcluster/src/apiserver/schema/api-types.ts')

const KINDS = [
  'Pod',
  'Node',
  'Namespace',
  'ConfigMap',
  'Secret',
  'ServiceAccount',
  'ResourceQuota',
  'Event',
  'Binding',
  'events.Event',
  'Eviction',
  'authorization.SelfSubjectAccessReview',
  'authentication.SelfSubjectReview',
  'DeleteOptions',
]

/** Types whose JSON form is not that of their struct. */
const LEAVES = new Set(['Time', 'MicroTime', 'Quantity', 'IntOrString', 'FieldsV1', 'RawExtension'])
const BUILTIN = new Set(['string', 'bool', 'int', 'int32', 'int64', 'uint64', 'float64', 'byte'])

const moduleFolder = (name) =>
  execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', name], {
    cwd: join(root, 'test/kubernetes/program'),
    encoding: 'utf8',
  }).trim()

const structs = new Map()
const named = new Map()

function read(file, prefix) {
  const own = new Set()
  const text = readFileSync(file, 'utf8')
  for (const [, name] of text.matchAll(/^type (\w+) /gm)) own.add(name)
  const qualified = (type) =>
    type.replace(/(?:(\w+)\.)?([A-Za-z]\w*)/g, (whole, pkg, name) => {
      if (whole === 'map' || BUILTIN.has(whole)) return whole
      if (pkg === 'v1' || pkg === 'corev1' || pkg === 'metav1' || pkg) return name
      return own.has(name) && prefix ? `${prefix}.${name}` : name
    })
  for (const [, name, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    const fields = []
    for (const line of body.split('\n')) {
      const match = /^\s*(?:(\w+)\s+)?([*[\]\w.]+)\s+`json:"([^"]*)"(.*)`/.exec(line)
      if (!match) continue
      const [, , type, json, tags] = match
      const [fieldName, ...flags] = json.split(',')
      if (fieldName === '-') continue
      const tag = (key) => new RegExp(`${key}:"([^"]*)"`).exec(tags)?.[1]
      fields.push({
        name: fieldName,
        inline: flags.includes('inline') || (fieldName === '' && !match[1]),
        omitEmpty: flags.includes('omitempty'),
        omitZero: flags.includes('omitzero'),
        type: qualified(type),
        strategy: tag('patchStrategy'),
        key: tag('patchMergeKey'),
        number: /protobuf:"\w+,(\d+),/.exec(tags)?.[1],
      })
    }
    structs.set(prefix ? `${prefix}.${name}` : name, fields)
  }
  for (const [, name, type] of text.matchAll(/^type (\w+) ((?:map\[|\[\])?[\w.\]]+)$/gm)) {
    if (type === 'struct') continue
    named.set(prefix ? `${prefix}.${name}` : name, qualified(type))
  }
}

const api = moduleFolder('k8s.io/api')
const machinery = moduleFolder('k8s.io/apimachinery')
read(join(api, 'core/v1/types.go'), '')
// After the core: where both have a name (Preconditions), the objects that are served mean that of meta.
read(join(machinery, 'pkg/apis/meta/v1/types.go'), '')
read(join(machinery, 'pkg/types/uid.go'), '')
read(join(api, 'events/v1/types.go'), 'events')
read(join(api, 'policy/v1/types.go'), 'policy')
read(join(api, 'authorization/v1/types.go'), 'authorization')
read(join(api, 'authentication/v1/types.go'), 'authentication')
structs.set('Eviction', structs.get('policy.Eviction'))

const flatFields = (name) =>
  (structs.get(name) ?? []).flatMap((field) => {
    if (!field.inline) return [field]
    if (field.type === 'TypeMeta') return []
    // In protobuf what is inline in JSON is a message of its own: its fields have a path of numbers. Errors name its struct.
    return flatFields(field.type).map((inner) => ({
      ...inner,
      number: `${field.number}.${inner.number}`,
      inlineIn: [field.type, ...(inner.inlineIn ? [inner.inlineIn] : [])].join('.'),
    }))
  })

const seen = new Map()
const seenNamed = new Map()
const leafName = (type) => type.replace(/^(\*|\[\]|map\[\w+\])+/, '')
function visit(name) {
  if (BUILTIN.has(name) || LEAVES.has(name) || seen.has(name) || seenNamed.has(name)) return
  if (named.has(name)) {
    seenNamed.set(name, named.get(name))
    visit(leafName(named.get(name)))
    return
  }
  if (!structs.has(name)) throw new Error(`no such type: ${name}`)
  const fields = flatFields(name)
  seen.set(name, fields)
  for (const field of fields) {
    const key = /^map\[(\w+)\]/.exec(field.type)?.[1]
    if (key) visit(key)
    visit(leafName(field.type))
  }
}
for (const kind of KINDS) visit(kind)

const line = ({ name, omitEmpty, omitZero, type, strategy, key, number, inlineIn }) =>
  [`${name}${omitEmpty ? '?' : ''}${omitZero ? '!' : ''}${inlineIn ? `@${inlineIn}` : ''}`, number, type, strategy, key]
    .filter(Boolean)
    .join(' ')
const version = /kubernetes v([\d.]+)/.exec(readFileSync(join(root, 'test/kubernetes/program/go.mod'), 'utf8'))?.[1]
writeFileSync(
  target,
  `/**
 * The API's structs as Kubernetes ${version} has them; made by \`scripts/generate-api-types.mjs\`.
 *
 * One line a field: its name, \`?\` when left out if empty, \`!\` when left out if zero, \`@\` and the Go struct in which it is
 * inline; its number in protobuf, or the numbers on the way to it; its Go type; the patch strategy and the merge key of
 * strategic merge patches. Fields are in the order in which the server writes them.
 */
export const apiStructs: Readonly<Record<string, readonly string[]>> = {
${[...seen].map(([name, fields]) => `  '${name}': [\n${fields.map((field) => `    '${line(field)}',\n`).join('')}  ],\n`).join('')}}

/** Named types that are no structs, and what they stand for. */
export const apiNamedTypes: Readonly<Record<string, string>> = {
${[...seenNamed].map(([name, type]) => `  '${name}': '${type}',\n`).join('')}}
`,
)
execFileSync(join(root, 'node_modules/.bin/biome'), ['format', '--write', target], { stdio: 'inherit' })
