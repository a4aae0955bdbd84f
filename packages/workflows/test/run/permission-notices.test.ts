import { silentLogger } from '@davit/executor'
import { expect, it } from 'vitest'
import { RecordingLogger } from '../../../../test/support/recording-logger.ts'
import { permissionNotices } from '../../src/run/permission-notices.ts'

const refusal = (verb: string) =>
  `pods "a" is forbidden: User "davit" cannot ${verb} resource "pods" in API group "" in the namespace "ns"`

it('says each permission that is missing once, whoever meets it', () => {
  const said: string[] = []
  const logger = permissionNotices(silentLogger, (line) => said.push(line))
  logger.child({ jobId: '7' }).warn('launch put back', { error: `${refusal('create')}: grant the executor …` })
  logger.warn('pod cannot be cleaned up yet', { error: new Error(`the API server answered 403: ${refusal('delete')}`) })
  logger.child({ jobId: '8' }).error('pod cannot be cleaned up yet', { error: new Error(refusal('delete')) })
  const words = (verb: string) => `User "davit" cannot ${verb} resource "pods" in API group "" in the namespace "ns"`
  expect(said).toEqual(
    ['create', 'delete'].map(
      (verb) => `not allowed on the cluster: ${words(verb)}; docs/operations.md has the role that davit needs`,
    ),
  )
})

it('says nothing of other trouble, and passes everything on', () => {
  const said: string[] = []
  const inner = new RecordingLogger()
  const logger = permissionNotices(inner, (line) => said.push(line))
  logger.warn('launch put back', { error: 'pods "a" is forbidden: exceeded quota: q' })
  logger.info('pod created')
  expect(said).toEqual([])
  expect(inner.lines).toHaveLength(2)
})
