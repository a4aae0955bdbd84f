import { markdownTable, withSection } from './page-section.ts'
import { parityDefects } from './parity-defects.ts'
import { parityProblems } from './parity-problems.ts'
import { type TestTitle, testTitles } from './test-titles.ts'

/** The ids that a title begins with: `L3`, `N5`, `P1` of `P1 A: …`, both of `L13, P3 a: …`. */
export function proofsOf({ title }: TestTitle): readonly string[] {
  const [head = ''] = /^[LNP]\d+\b[^:]{0,40}(?=: )/.exec(title) ?? []
  return [...new Set(head.match(/\b[LNP]\d+\b/g) ?? [])]
}

/** The page with its two sections that are made from data and from the titles of tests. */
export function withProofs(page: string, titles: readonly TestTitle[] = testTitles()): string {
  const proofs = new Map<string, TestTitle[]>()
  for (const title of titles) {
    for (const id of proofsOf(title)) proofs.set(id, [...(proofs.get(id) ?? []), title])
  }
  const defects = markdownTable(
    ['id', 'Airflow', 'Davit'],
    parityDefects.map(({ id, airflow, here }) => [id, airflow, here]),
  )
  const problems = markdownTable(
    ['id', 'problem', 'what its test asks', 'size, backend, and why'],
    parityProblems.map(({ id, problem, asks, note }) => [id, problem, asks, note || 'as asked']),
  )
  const ofDefects = proofTable(
    parityDefects.map(({ id }) => id),
    proofs,
  )
  const ofProblems = proofTable(
    parityProblems.map(({ id }) => id),
    proofs,
  )
  return withSection(withSection(page, DEFECTS, `${defects}\n\n${ofDefects}`), PROBLEMS, `${problems}\n\n${ofProblems}`)
}

export const DEFECTS = 'Defects of Airflow’s'
export const PROBLEMS = 'Problems of users'

function proofTable(ids: readonly string[], proofs: ReadonlyMap<string, readonly TestTitle[]>): string {
  const rows = ids.flatMap((id) => {
    const titles = proofs.get(id) ?? []
    const note = parityProblems.find((problem) => problem.id === id)?.note ?? ''
    if (titles.length === 0 && note.startsWith('A row of the benchmark')) return [[id, 'see the benchmark', '–', '–']]
    if (titles.length === 0) return [[id, 'no test has its name', '–', '–']]
    return titles.map(({ title, file, runsOn }) => [id, `\`${title.replaceAll('`', '’')}\``, `\`${file}\``, runsOn])
  })
  return markdownTable(['id', 'test', 'file', 'runs on'], rows)
}
