/** The environment without what `npm run` and our wrapper add to it: a cache of compiled code, settings of npm for the checkout. */
export function userEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'NODE_COMPILE_CACHE' && !name.startsWith('npm_')),
  )
}
