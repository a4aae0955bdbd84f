import type { JsonObject } from './executor-config.ts'

/** What one option takes. A check gives what is wrong with a value, lower case, with the value where that helps; null: nothing. */
export interface OptionRule<T> {
  readonly default: T
  readonly check: (value: unknown) => string | null
  /** Reads the text of an environment variable, as Airflow reads its own; a text it cannot read is returned as it is, for `check` to name. */
  readonly fromText: (text: string) => unknown
}

interface TextRule {
  readonly pattern: RegExp
  readonly say: string
}

export function text<T extends string | null>(fallback: T, rule?: TextRule): OptionRule<T | string> {
  return {
    default: fallback,
    check(value) {
      if (typeof value !== 'string') return `must be text, not ${shown(value)}`
      return rule === undefined || rule.pattern.test(value) ? null : `${rule.say}, not ${shown(value)}`
    },
    fromText: (written) => written,
  }
}

export function flag(fallback: boolean): OptionRule<boolean> {
  return {
    default: fallback,
    check: (value) => (typeof value === 'boolean' ? null : `must be true or false, not ${shown(value)}`),
    // Airflow: getboolean. A comment behind the value is cut off.
    fromText(written) {
      const word = (written.split('#')[0] ?? '').trim().toLowerCase()
      if (['t', 'true', '1'].includes(word)) return true
      if (['f', 'false', '0'].includes(word)) return false
      return written
    },
  }
}

export function integer<T extends number | null>(fallback: T, { least }: { least: number }): OptionRule<T | number> {
  return {
    default: fallback,
    check: (value) =>
      Number.isSafeInteger(value) && Number(value) >= least
        ? null
        : `must be a whole number of at least ${least}, not ${shown(value)}`,
    fromText: (written) => (/^\s*[+-]?\d+\s*$/.test(written) ? Number(written) : written),
  }
}

/** Seconds, with fractions; `above` excludes the bound itself. */
export function seconds(fallback: number, { above }: { above?: number } = {}): OptionRule<number> {
  return {
    default: fallback,
    check(value) {
      const fits =
        typeof value === 'number' && Number.isFinite(value) && (above === undefined ? value >= 0 : value > above)
      const bound = above === undefined ? 'of at least 0' : `above ${above}`
      return fits ? null : `must be a number of seconds ${bound}, not ${shown(value)}`
    },
    fromText: (written) => (/^\s*[+-]?\d+(\.\d*)?\s*$/.test(written) ? Number(written) : written),
  }
}

export function oneOf<const T extends string>(choices: readonly [T, ...T[]]): OptionRule<T> {
  return {
    default: choices[0],
    check: (value) =>
      choices.some((choice) => choice === value)
        ? null
        : `must be ${choices.map((choice) => JSON.stringify(choice)).join(' or ')}, not ${shown(value)}`,
    fromText: (written) => written.trim(),
  }
}

/** A list of names; as text separated by commas, each trimmed, as Airflow does with all but one of its lists. */
export function nameList(fallback: readonly string[], rule?: TextRule): OptionRule<readonly string[]> {
  return {
    default: fallback,
    check(value) {
      if (!Array.isArray(value)) return `must be a list of names, not ${shown(value)}`
      for (const item of value) {
        if (typeof item !== 'string' || item.trim() === '') return `must be a list of names; ${shown(item)} is none`
        if (rule && !rule.pattern.test(item)) return `each ${rule.say}; ${shown(item)} is none`
      }
      return null
    },
    fromText: (written) =>
      written
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
  }
}

/** Airflow's options of JSON: text that is no JSON, or no object, is an error. */
export function jsonObject(): OptionRule<JsonObject> {
  return {
    default: {},
    check: (value) => (isPlainObject(value) ? null : `must be a JSON object, not ${shown(value)}`),
    fromText: readJson,
  }
}

export function secondsByName(
  fallback: Readonly<Record<string, number>>,
): OptionRule<Readonly<Record<string, number>>> {
  const each = seconds(0)
  return {
    default: fallback,
    check(value) {
      if (!isPlainObject(value)) return `must be an object of name to seconds, not ${shown(value)}`
      for (const [name, amount] of Object.entries(value)) {
        const wrong = each.check(amount)
        if (wrong !== null) return `${name} ${wrong}`
      }
      return null
    },
    fromText: readJson,
  }
}

/** Takes null too, and an empty text as null. */
export function nullable<T>(rule: OptionRule<T>): OptionRule<T | null> {
  return {
    default: rule.default,
    check: (value) => (value === null ? null : rule.check(value)),
    fromText: (written) => (written.trim() === '' ? null : rule.fromText(written)),
  }
}

function readJson(written: string): unknown {
  if (written.trim() === '') return {}
  try {
    return JSON.parse(written)
  } catch {
    // The text itself: `check` says that it is no object.
    return written
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  const text = typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
