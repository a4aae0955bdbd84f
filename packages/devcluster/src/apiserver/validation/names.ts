/** Checks of names answer with what is wrong, in Kubernetes' words (apimachinery: util/validation); none when all is well. */
type Problems = readonly string[]

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const DNS_SUBDOMAIN = `${DNS_LABEL}(\\.${DNS_LABEL})*`
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const CONFIG_KEY = '[-._a-zA-Z0-9]+'

const dnsLabel = new RegExp(`^${DNS_LABEL}$`)
const dnsSubdomain = new RegExp(`^${DNS_SUBDOMAIN}$`)
const qualified = new RegExp(`^${QUALIFIED}$`)
const labelValue = new RegExp(`^(${QUALIFIED})?$`)
const configKey = new RegExp(`^${CONFIG_KEY}$`)
const HEADER_NAME = /^[-A-Za-z0-9]+$/
const SEARCH_LABEL = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SEARCH_DOMAIN = `_?${SEARCH_LABEL}(\\._?${SEARCH_LABEL})*`
const searchDomain = new RegExp(`^${SEARCH_DOMAIN}$`)
const printable = /^[ -<>-~]+$/

const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character " +
  `(e.g. 'example.com', regex used for validation is '${DNS_SUBDOMAIN}')`
const LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
  `(e.g. 'my-name',  or '123-abc', regex used for validation is '${DNS_LABEL}')`
const QUALIFIED_EXAMPLES = `(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${QUALIFIED}')`
const QUALIFIED_TEXT = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character ${QUALIFIED_EXAMPLES}`
const LABEL_VALUE_TEXT =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  `(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${QUALIFIED})?')`
const CONFIG_KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
  `(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '${CONFIG_KEY}')`

const SEARCH_DOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character " +
  `(e.g. 'example.com', regex used for validation is '${SEARCH_DOMAIN}')`

const noMoreThan = (count: number, unit: 'characters' | 'bytes') => `must be no more than ${count} ${unit}`

export function checkDnsSubdomain(value: string): Problems {
  return [
    ...(Buffer.byteLength(value) > 253 ? [noMoreThan(253, 'characters')] : []),
    ...(dnsSubdomain.test(value) ? [] : [SUBDOMAIN_TEXT]),
  ]
}

export function checkDnsLabel(value: string): Problems {
  return [
    ...(Buffer.byteLength(value) > 63 ? [noMoreThan(63, 'characters')] : []),
    ...(dnsLabel.test(value) ? [] : [dnsSubdomain.test(value) ? 'must not contain dots' : LABEL_TEXT]),
  ]
}

/** A name as it stands in a path (apimachinery: IsPathSegmentName). */
export function checkPathSegment(value: string): Problems {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%']
    .filter((character) => value.includes(character))
    .map((character) => `may not contain '${character}'`)
}

/** A name's beginning, to which characters will be added: a dash at its end does no harm. */
export function prefixOf(value: string): string {
  return value.endsWith('-') ? `${value.slice(0, -1)}a` : value
}

/** Keys of labels and annotations, finalizers: a name with an optional DNS prefix. */
export function checkQualifiedName(value: string): Problems {
  const parts = value.split('/')
  if (parts.length > 2) {
    return [
      "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
        `${QUALIFIED_EXAMPLES} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  }
  const name = parts.at(-1) ?? ''
  const prefix = parts.length === 2 ? parts[0] : undefined
  const problems: string[] = []
  if (prefix === '') problems.push('prefix part must be non-empty')
  else if (prefix !== undefined) problems.push(...checkPrefix(prefix).map((text) => `prefix part ${text}`))
  if (name === '') problems.push('name part must be non-empty')
  else if (Buffer.byteLength(name) > 63) problems.push(`name part ${noMoreThan(63, 'bytes')}`)
  if (!qualified.test(name)) problems.push(`name part ${QUALIFIED_TEXT}`)
  return problems
}

/** As a DNS subdomain, but its length is counted in other words. */
function checkPrefix(value: string): Problems {
  return [
    ...(Buffer.byteLength(value) > 253 ? [noMoreThan(253, 'bytes')] : []),
    ...(dnsSubdomain.test(value) ? [] : [SUBDOMAIN_TEXT]),
  ]
}

export function checkLabelValue(value: string): Problems {
  return [
    ...(Buffer.byteLength(value) > 63 ? [noMoreThan(63, 'bytes')] : []),
    ...(labelValue.test(value) ? [] : [LABEL_VALUE_TEXT]),
  ]
}

export function checkEnvName(value: string): Problems {
  return printable.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

export function checkConfigKey(value: string): Problems {
  const problems: string[] = []
  if (Buffer.byteLength(value) > 253) problems.push(noMoreThan(253, 'characters'))
  if (!configKey.test(value)) problems.push(CONFIG_KEY_TEXT)
  if (value === '.') problems.push("must not be '.'")
  else if (value === '..') problems.push("must not be '..'")
  else if (value.startsWith('..')) problems.push("must not start with '..'")
  return problems
}

export function checkPortName(value: string): Problems {
  const problems: string[] = []
  if (value.length > 15) problems.push(noMoreThan(15, 'characters'))
  if (!/^[-a-z0-9]+$/.test(value))
    problems.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)')
  if (!/[a-z]/.test(value)) problems.push('must contain at least one letter (a-z)')
  if (value.includes('--')) problems.push('must not contain consecutive hyphens')
  if (value.startsWith('-') || value.endsWith('-')) problems.push('must not begin or end with a hyphen')
  return problems
}

export function checkHttpHeaderName(value: string): Problems {
  return HEADER_NAME.test(value)
    ? []
    : [
        "a valid HTTP header must consist of alphanumeric characters or '-' " +
          "(e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
      ]
}

/** A domain to look names up in, which may have underscores (IsDNS1123SubdomainWithUnderscore). */
export function checkSearchDomain(value: string): Problems {
  return [
    ...(Buffer.byteLength(value) > 253 ? [noMoreThan(253, 'characters')] : []),
    ...(searchDomain.test(value) ? [] : [SEARCH_DOMAIN_TEXT]),
  ]
}
