// `npm run generate:gaps`: writes `docs/devcluster-gaps.md` and the list in the dev cluster's README from the suite's data.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gapsPage, withGapsSection } from '../test/support/devcluster-gaps-page.ts'

const root = join(import.meta.dirname, '..')
const readme = join(root, 'packages/devcluster/README.md')

writeFileSync(join(root, 'docs/devcluster-gaps.md'), gapsPage())
writeFileSync(readme, withGapsSection(readFileSync(readme, 'utf8')))
