import {
  GENERATED,
  type Json,
  type NamespaceChoice,
  type Operation,
  type Reference,
  type Resource,
} from './operation.ts'

/** The names of a sequence's namespaces. */
export type Namespaces = Readonly<Record<NamespaceChoice, string>>

type KnownObject = {
  readonly metadata: { readonly name?: string; readonly uid?: string; readonly resourceVersion?: string }
}

interface KnownList {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string }
}

/** What one server said in the course of a sequence, as far as later operations may refer to it. */
export class Memory {
  readonly namespaces: Namespaces
  readonly #objects = new Map<string, KnownObject[]>()
  readonly #lists = new Map<Resource, KnownList>()
  readonly #generatedNames = new Map<Resource, string>()

  constructor(namespaces: Namespaces) {
    this.namespaces = namespaces
  }

  /** Remembers an answer that was no refusal. */
  learn(operation: Operation, body: unknown): void {
    if (!isObject(body) || body.kind === 'Status' || !isObject(body.metadata)) return
    if (Array.isArray(body.items)) {
      this.#lists.set(operation.resource, body as unknown as KnownList)
      return
    }
    const object = body as unknown as KnownObject
    // What a dry run shows is not there.
    if (operation.query?.dryRun !== undefined || isDryRun(operation.json)) return
    if (operation.name === undefined && object.metadata.name) {
      this.#generatedNames.set(operation.resource, object.metadata.name)
    }
    const key = this.#key(operation)
    const known = this.#objects.get(key)
    if (known) known.push(object)
    else this.#objects.set(key, [object])
  }

  /** The name that an operation's `name` stands for; empty when it has none. */
  nameIn({ resource, name = '' }: Operation): string {
    if (name === GENERATED) return this.#generatedNames.get(resource) ?? 'never-generated'
    if (resource === 'namespaces' && isChoice(name)) return this.namespaces[name]
    return name
  }

  first(operation: Operation): Json | undefined {
    return this.#objects.get(this.#key(operation))?.[0] as unknown as Json | undefined
  }

  latest(operation: Operation): Json | undefined {
    return this.#objects.get(this.#key(operation))?.at(-1) as unknown as Json | undefined
  }

  /** A value with its references replaced; undefined when it is itself one to something that is not known. */
  resolve(value: Json, operation: Operation): Json | undefined {
    if (Array.isArray(value)) return value.flatMap((item) => this.resolve(item, operation) ?? [])
    if (!isObject(value)) return value as Json
    if ('$ref' in value) return this.#referred(value as unknown as Reference, operation)
    const resolved: Record<string, Json> = {}
    for (const [key, part] of Object.entries(value)) {
      const whole = this.resolve(part as Json, operation)
      if (whole !== undefined) resolved[key] = whole
    }
    return resolved
  }

  #referred({ $ref, back = 0 }: Reference, operation: Operation): string | undefined {
    switch ($ref) {
      case 'own':
      case 'other':
        return this.namespaces[$ref]
      case 'listVersion':
        return this.#lists.get(operation.resource)?.metadata.resourceVersion
      case 'continue':
        return this.#lists.get(operation.resource)?.metadata.continue
      case 'uid':
      case 'version': {
        const known = this.#objects.get(this.#key(operation)) ?? []
        const { uid, resourceVersion } = known.at(-1 - back)?.metadata ?? {}
        return $ref === 'uid' ? uid : resourceVersion
      }
    }
  }

  #key(operation: Operation): string {
    return `${operation.resource}/${operation.namespace}/${operation.name ?? GENERATED}`
  }
}

function isDryRun(json: Json | undefined): boolean {
  return isObject(json) && json.dryRun !== undefined
}

function isChoice(name: string): name is NamespaceChoice {
  return name === 'own' || name === 'other' || name === 'absent'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
