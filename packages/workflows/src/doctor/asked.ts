import { isForbidden, isNotFound, KubeApiError, KubeConnectionError } from '@davit/executor'

/** What the server was asked: its answer, or why there is none. A refusal of a question is a finding, not an end. */
export type Asked<T> = { readonly value: T } | { readonly error: KubeApiError | KubeConnectionError }

export async function asked<T>(question: Promise<T>): Promise<Asked<T>> {
  try {
    return { value: await question }
  } catch (error) {
    if (error instanceof KubeApiError || error instanceof KubeConnectionError) return { error }
    throw error
  }
}

export function isMissing<T>(answer: Asked<T>): boolean {
  return 'error' in answer && isNotFound(answer.error)
}

/** The server does not let us look: how things are can only be told by what it lets us do. */
export function isHidden<T>(answer: Asked<T>): boolean {
  return 'error' in answer && isForbidden(answer.error)
}

/** The server's words, without the path of the request. */
export function wordsOf(error: KubeApiError | KubeConnectionError): string {
  return (error instanceof KubeApiError && error.status.message?.trim()) || error.message
}
