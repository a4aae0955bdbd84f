import type { DocumentPath } from './document-path.ts'

const SHELL = /^(?:.*\/)?(?:sh|bash|ash|dash|ksh|zsh)$/

/** Where the text that a shell will read stands in a container's command: the argument behind `sh -c`. */
export function shellTextPath(command: readonly string[], args: readonly string[]): DocumentPath | undefined {
  const words = [
    ...command.map((text, index) => ({ text, path: ['command', index] })),
    ...args.map((text, index) => ({ text, path: ['args', index] })),
  ]
  const shell = words.findIndex(({ text }) => SHELL.test(text))
  if (shell === -1) return undefined
  const option = words.findIndex(({ text }, index) => index > shell && /^-[a-z]*c$/.test(text))
  return option === -1 ? undefined : words[option + 1]?.path
}
