// `npm run generate:performance`: writes what `npm run bench -- --json bench/figures.json` measured into `docs/performance.md`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { goals } from '../bench/goals.ts'
import { performanceSection } from '../bench/performance-page.ts'
import { withSection } from '../test/support/page-section.ts'

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs/performance.md')
const figures = JSON.parse(readFileSync(join(root, 'bench/figures.json'), 'utf8'))

writeFileSync(page, withSection(readFileSync(page, 'utf8'), 'Figures', performanceSection(figures, goals)))
