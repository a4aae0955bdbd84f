/** Long enough for what kubelets and schedulers say; a message is for people. */
const LIMIT = 512

/** What is kept of a message. */
export function recordedMessage(text: string): string {
  return text.length > LIMIT ? `${text.slice(0, LIMIT - 1)}…` : text
}
