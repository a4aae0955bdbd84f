import { layoutIn } from './layout.ts'
import { isAlive } from './process-identity.ts'
import { readState } from './state-file.ts'
import { directions } from './up.ts'

/** What runs there: the lines to print, and whether all of it does. */
export async function status(stateFolder: string): Promise<{ lines: string[]; isWhole: boolean }> {
  const layout = layoutIn(stateFolder)
  const state = await readState(layout.state)
  if (state === null) return { lines: ['nothing runs'], isWhole: false }
  const parts = Object.entries(state.processes).map(([name, identity]) => ({
    name,
    identity,
    alive: isAlive(identity),
  }))
  const lines = parts.map(({ name, identity, alive }) => {
    return `${name.padEnd(24)} ${alive ? `runs, pid ${identity.pid}` : `gone (was pid ${identity.pid}); see ${layout.data}`}`
  })
  return {
    lines: [...lines, `url:        ${state.url}`, ...directions(layout, state)],
    isWhole: parts.every((part) => part.alive),
  }
}
