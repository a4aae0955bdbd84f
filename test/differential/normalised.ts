import type { Answer, Transcript } from './run-sequence.ts'

/** What a server alone decides, by what stands for it. */
interface Symbols {
  readonly uids: Map<string, string>
  readonly versions: Map<string, string>
  readonly generatedNames: Map<string, string>
  /** What each object was in its latest version. */
  readonly latest: Map<string, LatestVersion>
}

interface LatestVersion {
  readonly version: string
  readonly content: string
}

const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/
/** The versions that texts name. */
const VERSION_IN_TEXT =
  /(ResourceVersion in (?:the precondition \(|record \(|precondition: |object meta: ))(\d+)(?=[),]|$)/g

/** What a patch made of an object, where it is refused: quoted JSON. */
export const PATCHED_OBJECT = /(patch: Invalid value: |^Invalid value: )("\{(?:[^"\\]|\\.)*\}")/

/** The beginnings of generated names that the sequences use. */
export const GENERATED_PREFIXES = ['gen-', 'Gen-', `${'g'.repeat(58)}`] as const

const GENERATED_NAME = new RegExp(
  `(${GENERATED_PREFIXES.join('|')})([bcdfghjklmnpqrstvwxz2456789]{5})(?![a-z0-9-])`,
  'g',
)

/** What comes from a map, which Go goes through in any order. */
const FROM_MAP =
  /^(metadata\.labels|metadata\.annotations|spec\.nodeSelector|data|binaryData|.*\.limits|.*\.requests)(?=\[|$)/

/**
 * A transcript in which everything that is a server's own choice is replaced by a symbol: uids, versions and generated
 * names by one for each, in the order in which they appear, so that what was equal stays equal; times of these minutes by
 * the word now. Left out are `managedFields`, versions in which nothing changed that can be seen, and the content of `kube-root-ca.crt`.
 */
export function normalised(transcript: Transcript, now: number): unknown {
  const symbols: Symbols = { uids: new Map(), versions: new Map(), generatedNames: new Map(), latest: new Map() }
  const normaliser = new Normaliser(symbols, now)
  return normaliser.whole(transcript)
}

class Normaliser {
  readonly #symbols: Symbols
  readonly #now: number
  /** Watches show deletions, which have versions of their own. */
  #isWatching = false

  constructor(symbols: Symbols, now: number) {
    this.#symbols = symbols
    this.#now = now
  }

  whole({ answers, finally: final, watched, failure }: Transcript): unknown {
    const said = {
      ...(failure !== undefined && { failure }),
      answers: answers.map((answer) => answer && this.#answer(answer)),
      finally: Object.fromEntries(Object.entries(final).map(([path, answer]) => [path, this.#answer(answer)])),
    }
    this.#isWatching = true
    return { ...said, watched: watched.map((events) => events.map((event) => this.#value(event, ''))) }
  }

  #answer({ body, ...rest }: Answer): unknown {
    const ordered = isRecord(body) && body.reason === 'Invalid' ? inFixedOrder(body) : body
    return this.#value({ ...rest, body: ordered }, '')
  }

  #value(value: unknown, key: string): unknown {
    if (typeof value === 'string') return this.#text(value, key)
    if (Array.isArray(value)) return value.map((item) => this.#value(item, key))
    if (!isRecord(value)) return value
    if (key === 'metadata' && isListMetadata(value)) return this.#listMetadata(value)
    if (isAuthority(value)) return { metadata: { name: 'kube-root-ca.crt' } }
    if (!this.#isWatching) this.#lookAtVersion(value)
    const parts = Object.entries(value).filter(([name]) => name !== 'managedFields')
    return Object.fromEntries(
      parts.map(([name, part]) => [
        this.#text(name, ''),
        this.#value(name === 'deletionTimestamp' ? deletedAt(value) : part, name),
      ]),
    )
  }

  /** A list's version is that of the whole server, which others change meanwhile. */
  #listMetadata({ resourceVersion, continue: token, ...rest }: Record<string, unknown>): unknown {
    return {
      ...(resourceVersion !== undefined && {
        resourceVersion: /^\d+$/.test(String(resourceVersion)) ? '<list version>' : resourceVersion,
      }),
      ...(token !== undefined && { continue: this.#continuation(String(token)) }),
      ...rest,
    }
  }

  /** Where the next page begins. Kubernetes writes a key of its storage with a slash or without, as the resource is cached. */
  #continuation(token: string): unknown {
    try {
      const { v, start } = JSON.parse(Buffer.from(token, 'base64url').toString())
      return { v, start: this.#plainText(String(start).replace(/^\//, '')) }
    } catch {
      return token
    }
  }

  #text(text: string, key: string): string {
    if (key === 'resourceVersion' && /^\d+$/.test(text)) return this.#version(text)
    if (TIME.test(text)) return this.#time(text)
    const patched = PATCHED_OBJECT.exec(text)?.[2]
    if (patched !== undefined) {
      const shown = JSON.stringify(this.#value(JSON.parse(JSON.parse(patched)), ''))
      return this.#plainText(text.replace(patched, () => JSON.stringify(shown)))
    }
    return this.#plainText(text)
  }

  #plainText(text: string): string {
    return text
      .replace(UID, (uid) => symbolOf(this.#symbols.uids, uid, 'uid'))
      .replace(VERSION_IN_TEXT, (_, before: string, version: string) => before + this.#version(version))
      .replace(
        GENERATED_NAME,
        (name, prefix: string) => prefix + symbolOf(this.#symbols.generatedNames, name, 'generated'),
      )
  }

  /**
   * Kubernetes makes a version of changes that cannot be seen: of who manages which field, of an empty map that was none.
   * Such a version counts as the one before. The dev cluster, which has no managed fields, must not have any.
   */
  #lookAtVersion({ kind: _, apiVersion: __, metadata, ...rest }: Record<string, unknown>): void {
    if (!isRecord(metadata)) return
    const { uid, resourceVersion: version, managedFields, ...others } = metadata
    const { versions, latest } = this.#symbols
    if (typeof uid !== 'string' || typeof version !== 'string' || !/^\d+$/.test(version)) return
    if (versions.has(version)) return
    const seen = { version, content: JSON.stringify([others, rest]) }
    const before = latest.get(uid)
    latest.set(uid, seen)
    if (before?.content !== seen.content || managedFields === undefined) return
    versions.set(version, this.#version(before.version))
  }

  #version(text: string): string {
    return symbolOf(this.#symbols.versions, text, 'version')
  }

  /** Sequences themselves name times of long ago only. */
  #time(text: string): string {
    const ago = this.#now - Date.parse(text)
    return Math.abs(ago) < 600_000 ? '<now>' : text
  }
}

/** An object's end is the time of its deletion and its grace period: only the first is now. */
function deletedAt({ deletionTimestamp, deletionGracePeriodSeconds = 0 }: Record<string, unknown>): unknown {
  const time = Date.parse(String(deletionTimestamp)) - Number(deletionGracePeriodSeconds) * 1000
  return Number.isNaN(time) ? deletionTimestamp : new Date(time).toISOString()
}

function symbolOf(symbols: Map<string, string>, value: string, kind: string): string {
  const known = symbols.get(value) ?? `<${kind} ${new Set(symbols.values()).size + 1}>`
  symbols.set(value, known)
  return known
}

interface Cause {
  readonly reason: string
  readonly message: string
  readonly field: string
}

/**
 * Puts causes that come from one map one after the other in the order of their texts, and the message in the order of its causes:
 * the one thing in which a server is not the same twice.
 */
function inFixedOrder(status: Record<string, unknown>): unknown {
  const { message, details } = status as { message: string; details?: { causes?: readonly Cause[] } }
  const causes = details?.causes
  if (!causes || causes.length < 2) return status
  const sorted = sortedRuns(causes)
  const textOf = (all: readonly Cause[]) => {
    const texts = [...new Set(all.map((cause) => `${cause.field}: ${cause.message}`))]
    return texts.length === 1 ? String(texts[0]) : `[${texts.join(', ')}]`
  }
  return {
    ...status,
    message: message.replace(textOf(causes), () => textOf(sorted)),
    details: { ...details, causes: sorted },
  }
}

function sortedRuns(causes: readonly Cause[]): readonly Cause[] {
  const sorted: Cause[] = []
  let run: Cause[] = []
  const close = () => {
    sorted.push(...run.toSorted((a, b) => compare(`${a.field} ${a.message}`, `${b.field} ${b.message}`)))
    run = []
  }
  for (const cause of causes) {
    const map = FROM_MAP.exec(cause.field)?.[0]
    if (map === undefined || (run[0] && FROM_MAP.exec(run[0].field)?.[0] !== map)) close()
    if (map === undefined) sorted.push(cause)
    else run.push(cause)
  }
  close()
  return sorted
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isListMetadata(value: Record<string, unknown>): boolean {
  return !('name' in value) && !('uid' in value) && ('resourceVersion' in value || 'continue' in value)
}

function isAuthority(value: Record<string, unknown>): boolean {
  return isRecord(value.metadata) && value.metadata.name === 'kube-root-ca.crt'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
