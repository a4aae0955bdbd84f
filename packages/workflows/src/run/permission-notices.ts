import type { Logger } from '@davit/executor'

/** Kubernetes' words when a role does not allow what was asked; other refusals with code 403 have other words. */
const NOT_ALLOWED =
  /User "[^"]*" cannot \w+ resource "[^"]+" in API group "[^"]*" (?:in the namespace "[^"]*"|at the cluster scope)/

type LogFields = Parameters<Logger['warn']>[1]

/**
 * A logger that passes everything on, and says once what the cluster does not allow: most of it is tried again for as long
 * as it is refused, and without a word the run would only seem to stand still (I10).
 */
export function permissionNotices(logger: Logger, say: (line: string) => void): Logger {
  const said = new Set<string>()
  const notice = (fields: LogFields) => {
    const error = fields?.error
    const [words] = NOT_ALLOWED.exec(error instanceof Error ? error.message : String(error ?? '')) ?? []
    if (words === undefined || said.has(words)) return
    said.add(words)
    say(`not allowed on the cluster: ${words}; docs/operations.md has the role that davit needs`)
  }
  const listening = (inner: Logger): Logger => ({
    debug: (message, fields) => inner.debug(message, fields),
    info: (message, fields) => inner.info(message, fields),
    warn(message, fields) {
      inner.warn(message, fields)
      notice(fields)
    },
    error(message, fields) {
      inner.error(message, fields)
      notice(fields)
    },
    child: (fields) => listening(inner.child(fields)),
  })
  return listening(logger)
}
