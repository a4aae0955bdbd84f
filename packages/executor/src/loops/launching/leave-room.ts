import type { LaunchEntry } from '../launch-entry.ts'
import type { Launcher } from './launcher.ts'

/** The entry's pod has ended, or is going: it leaves room, once. */
export function leaveRoom(entry: LaunchEntry, launcher: Launcher): void {
  if (!entry.launch?.uid || entry.hasFreed) return
  entry.hasFreed = true
  launcher.freed(entry.namespace)
}
