import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { readInClusterConfig } from '../../src/kube/in-cluster-config.ts'
import { KubeConfigError } from '../../src/kube/kube-errors.ts'
import { silentLogger } from '../../src/logger.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' }

it('reads the service account of the pod, and its token again each minute', async () => {
  using folder = temporaryFolder()
  writeFileSync(join(folder.path, 'ca.crt'), 'authority')
  writeFileSync(join(folder.path, 'namespace'), 'team\n')
  writeFileSync(join(folder.path, 'token'), 'first\n')
  const { cluster, namespace, credentials } = readInClusterConfig(env, folder.path)
  expect(cluster).toEqual({
    server: 'https://10.0.0.1:443',
    certificateAuthority: 'authority',
    insecureSkipTlsVerify: false,
  })
  expect(namespace).toBe('team')

  const clock = new FakeClock()
  const opened = credentials.open({ clock, logger: silentLogger })
  expect(await opened.present()).toEqual({ authorization: 'Bearer first' })
  writeFileSync(join(folder.path, 'token'), 'second\n')
  await clock.advance(59_999)
  expect(await opened.present()).toEqual({ authorization: 'Bearer first' })
  await clock.advance(1)
  expect(await opened.present()).toEqual({ authorization: 'Bearer second' })
})

it('writes an IPv6 address in brackets', () => {
  using folder = temporaryFolder()
  for (const name of ['ca.crt', 'namespace', 'token']) writeFileSync(join(folder.path, name), 'x')
  const { cluster } = readInClusterConfig({ ...env, KUBERNETES_SERVICE_HOST: 'fd00::1' }, folder.path)
  expect(cluster.server).toBe('https://[fd00::1]:443')
})

it('names all that is missing at once', () => {
  using folder = temporaryFolder()
  writeFileSync(join(folder.path, 'token'), '\n')
  expect(() => readInClusterConfig({}, folder.path)).toThrow(KubeConfigError)
  try {
    readInClusterConfig({}, folder.path)
  } catch (error) {
    const lines = (error as Error).message.split('\n').map((line) => line.replace(/; .*/, ''))
    expect(lines).toEqual([
      'KUBERNETES_SERVICE_HOST: is not set',
      'KUBERNETES_SERVICE_PORT: is not set',
      `${join(folder.path, 'ca.crt')}: cannot be read: ENOENT`,
      `${join(folder.path, 'token')}: is empty`,
      `${join(folder.path, 'namespace')}: cannot be read: ENOENT`,
    ])
  }
})
