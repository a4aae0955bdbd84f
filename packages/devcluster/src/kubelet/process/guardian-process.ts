// The guardian's program: see guardian.ts. It reads lines from standard input until the other side is gone.
import { createInterface } from 'node:readline'
import type { GuardianCharge, GuardianMessage } from './guardian.ts'
import { killFamily } from './kill-family.ts'
import { removeTree } from './remove-tree.ts'

let charge: GuardianCharge | undefined
let isDismissed = false
const groups = new Set<number>()

for await (const line of createInterface({ input: process.stdin })) {
  if (!charge) {
    charge = JSON.parse(line) as GuardianCharge
    continue
  }
  const message = JSON.parse(line) as GuardianMessage
  if ('group' in message) groups.add(message.group)
  else if ('gone' in message) groups.delete(message.gone)
  else isDismissed = true
}

if (charge && !isDismissed) {
  await killFamily(charge.marker, groups)
  await removeTree(charge.folder)
}
