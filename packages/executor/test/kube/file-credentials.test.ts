import { writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { certificateFileCredentials, tokenFileCredentials } from '../../src/kube/file-credentials.ts'
import { silentLogger } from '../../src/logger.ts'
import { makeCertificates } from '../support/certificates.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let clock: FakeClock
beforeEach(() => {
  folder = temporaryFolder()
  clock = new FakeClock()
})
afterEach(() => folder[Symbol.dispose]())

describe('tokenFileCredentials', () => {
  it('reads the file at once after a 401', async () => {
    const file = join(folder.path, 'token')
    writeFileSync(file, 'first')
    const credentials = tokenFileCredentials(file).open({ clock, logger: silentLogger })
    const presented = await credentials.present()
    writeFileSync(file, 'second')
    expect(await credentials.present()).toEqual({ authorization: 'Bearer first' })
    expect(credentials.refused(presented)).toBe(true)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer second' })
  })

  it('keeps the old token while the file is gone or empty, and says so', async () => {
    const file = join(folder.path, 'token')
    const warnings: unknown[] = []
    const logger = { ...silentLogger, warn: (_: string, fields?: object) => warnings.push(fields) }
    writeFileSync(file, 'first')
    const credentials = tokenFileCredentials(file).open({ clock, logger })
    await credentials.present()
    await rm(file)
    await clock.advance(60_000)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer first' })
    writeFileSync(file, ' \n')
    await clock.advance(60_000)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer first' })
    expect(warnings).toMatchObject([{ file }, { file }])
    writeFileSync(file, 'second')
    await clock.advance(60_000)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer second' })
  })

  it('rejects when there never was a token', async () => {
    const credentials = tokenFileCredentials(join(folder.path, 'none')).open({ clock, logger: silentLogger })
    await expect(credentials.present()).rejects.toThrow(/ENOENT/)
  })
})

describe('certificateFileCredentials', () => {
  it('gives the same object for the same pair, a new one for a new pair, and never half of each', async () => {
    const { client } = await makeCertificates()
    const [alice, bob] = await Promise.all([client('alice'), client('bob')])
    const certificate = { file: join(folder.path, 'tls.crt') }
    const key = { file: join(folder.path, 'tls.key') }
    writeFileSync(certificate.file, alice.cert)
    writeFileSync(key.file, alice.key)
    const credentials = certificateFileCredentials({ certificate, key }).open({ clock, logger: silentLogger })
    const first = await credentials.present()
    await clock.advance(60_000)
    expect((await credentials.present()).clientCertificate).toBe(first.clientCertificate)

    writeFileSync(certificate.file, bob.cert)
    await clock.advance(60_000)
    expect((await credentials.present()).clientCertificate).toBe(first.clientCertificate)

    writeFileSync(key.file, bob.key)
    await clock.advance(60_000)
    expect((await credentials.present()).clientCertificate).toEqual({ certificate: bob.cert, key: bob.key })
  })
})
