import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { findPostgres, PostgresMissingError } from '../../airflow/find-postgres.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-find-postgres-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function install(version: string, ...programs: string[]): Promise<void> {
  await mkdir(join(folder, version, 'bin'), { recursive: true })
  for (const program of programs) await writeFile(join(folder, version, 'bin', program), '')
}

it('takes the newest server, by number', async () => {
  await install('9', 'initdb')
  await install('15', 'initdb')
  await install('16', 'psql')
  expect(await findPostgres(folder)).toBe(join(folder, '15', 'bin'))
})

it.for(['', 'nowhere'])('names the package to install where there is none: %j', async (inFolder) => {
  const finding = findPostgres(join(folder, inFolder))
  await expect(finding).rejects.toThrow(PostgresMissingError)
  await expect(finding).rejects.toThrow(/install it \(Debian's postgresql\)/)
})
