// Runs a script of the repository under a Node that is new enough: `node scripts/with-node.mjs FILE [ARG…]`.
import { becomeModernNode } from '../packages/workflows/bin/modern-node.js'

becomeModernNode(['--conditions=davit-source', '--disable-warning=ExperimentalWarning', ...process.argv.slice(2)])
