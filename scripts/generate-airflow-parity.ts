// `npm run generate:parity`: writes the defects, the problems of users and their tests into `docs/airflow-parity.md`.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withProofs } from '../test/support/parity-page.ts'

const page = join(import.meta.dirname, '../docs/airflow-parity.md')

writeFileSync(page, withProofs(readFileSync(page, 'utf8')))
