import { mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { type LoadKubeConfigOptions, loadKubeConfig } from '../../src/kube/kube-config.ts'
import { KubeConfigError } from '../../src/kube/kube-errors.ts'
import { silentLogger } from '../../src/logger.ts'
import { makeCertificates, type TestCertificate } from '../support/certificates.ts'
import { base64, kubeconfigText } from '../support/kubeconfig-text.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const server = 'https://10.1.2.3:6443'
let authority: TestCertificate
let client: TestCertificate
let other: TestCertificate
const folder = temporaryFolder()

beforeAll(async () => {
  const certificates = await makeCertificates()
  authority = certificates.authority
  client = await certificates.client('alice')
  other = await certificates.client('bob')
})
afterAll(() => folder[Symbol.dispose]())

function load(options: LoadKubeConfigOptions) {
  return loadKubeConfig({ env: {}, homeDir: join(folder.path, 'nobody'), ...options })
}

async function problems(options: LoadKubeConfigOptions): Promise<string[]> {
  const error = await load(options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof KubeConfigError)) throw new Error(`expected a KubeConfigError, got ${inspect(error)}`)
  expect(error.code).toBe('KUBE_CONFIG')
  return error.message.split('\n')
}

async function presented(options: LoadKubeConfigOptions) {
  const { credentials } = await load(options)
  return credentials.open({ clock: systemClock, logger: silentLogger }).present()
}

describe('loadKubeConfig', () => {
  it('trusts the authorities of a file in the place of the kubeconfig’s, or any certificate', async () => {
    const kubeconfig = kubeconfigText({ server, 'certificate-authority-data': base64(authority.cert) }, {})
    const path = join(folder.path, 'trusted.pem')
    writeFileSync(path, other.cert)
    expect((await load({ kubeconfig, certificateAuthorityPath: path })).cluster).toEqual({
      server,
      certificateAuthority: other.cert,
      insecureSkipTlsVerify: false,
    })
    expect((await load({ kubeconfig, insecureSkipTlsVerify: true })).cluster).toEqual({
      server,
      insecureSkipTlsVerify: true,
    })
    expect(await problems({ kubeconfig, certificateAuthorityPath: path, insecureSkipTlsVerify: true })).toEqual([
      'insecureSkipTlsVerify cannot go with certificateAuthorityPath; give one of them',
    ])
    const missing = join(folder.path, 'missing.pem')
    expect(await problems({ kubeconfig, certificateAuthorityPath: missing })).toEqual([
      `${missing}: certificate-authority: cannot be read: ENOENT: ${missing}`,
    ])
  })

  it('resolves the current context to cluster, credentials and namespace', async () => {
    const kubeconfig = kubeconfigText(
      { server: `${server}/gate/`, 'certificate-authority-data': base64(authority.cert), 'tls-server-name': 'api' },
      { token: 'abc.DEF-123' },
      { namespace: 'team' },
    )
    expect(await load({ kubeconfig })).toMatchObject({
      cluster: {
        server: `${server}/gate`,
        certificateAuthority: authority.cert,
        tlsServerName: 'api',
        insecureSkipTlsVerify: false,
      },
      namespace: 'team',
      context: 'here',
    })
    expect(await presented({ kubeconfig })).toEqual({ authorization: 'Bearer abc.DEF-123' })
  })

  it('takes JSON for YAML, and numbers and words in names and tokens for the text that they are', async () => {
    const config = {
      'current-context': 1,
      clusters: [{ name: 0o7, cluster: { server } }],
      users: [{ name: true, user: { token: 1234567890123456789n.toString() } }],
      contexts: [{ name: 1, context: { cluster: 7, user: true } }],
    }
    expect(await presented({ kubeconfig: JSON.stringify(config) })).toEqual({
      authorization: 'Bearer 1234567890123456789',
    })
    const yaml = `current-context: 0x1\nclusters: [{name: 010, cluster: {server: "${server}"}}]
users: [{name: no, user: {token: 0123}}]\ncontexts: [{name: 0x1, context: {cluster: 010, user: no, namespace: 1e3}}]`
    expect(await presented({ kubeconfig: yaml })).toEqual({ authorization: 'Bearer 0123' })
    expect((await load({ kubeconfig: yaml })).namespace).toBe('1e3')
  })

  it('chooses another context when it is asked to', async () => {
    const kubeconfig = `current-context: a
clusters: [{name: a, cluster: {server: "https://a"}}, {name: b, cluster: {server: "https://b:1"}}]
users: []
contexts: [{name: a, context: {cluster: a}}, {name: b, context: {cluster: b}}]`
    expect((await load({ kubeconfig })).cluster.server).toBe('https://a')
    expect((await load({ kubeconfig, context: 'b' })).cluster.server).toBe('https://b:1')
    expect(await problems({ kubeconfig, context: 'c' })).toEqual([
      'contexts[c]: there is no such context; its contexts are: a, b',
    ])
  })

  it('resolves relative file names against the folder of the kubeconfig', async () => {
    const home = join(folder.path, 'relative')
    mkdirSync(join(home, 'pki'), { recursive: true })
    writeFileSync(join(home, 'pki/ca.crt'), authority.cert)
    writeFileSync(join(home, 'pki/alice.crt'), client.cert)
    writeFileSync(join(home, 'pki/alice.key'), client.key)
    const user = { 'client-certificate': 'pki/alice.crt', 'client-key': './pki/alice.key' }
    writeFileSync(join(home, 'config'), kubeconfigText({ server, 'certificate-authority': 'pki/ca.crt' }, user))
    const kubeconfigPath = join(home, 'config')
    expect((await load({ kubeconfigPath })).cluster.certificateAuthority).toBe(authority.cert)
    expect(await presented({ kubeconfigPath })).toEqual({
      clientCertificate: { certificate: client.cert, key: client.key },
    })
  })

  it('merges the files of KUBECONFIG: the first wins, missing ones are passed over, each has its own folder', async () => {
    const first = join(folder.path, 'first')
    const second = join(folder.path, 'second')
    mkdirSync(join(folder.path, 'elsewhere'))
    writeFileSync(join(folder.path, 'elsewhere/token'), 'from elsewhere\n'.replace(' ', '-'))
    writeFileSync(first, `clusters: [{name: c, cluster: {server: "https://first"}}]\ncurrent-context: two`)
    const third = join(folder.path, 'elsewhere/third')
    writeFileSync(second, kubeconfigText({ server: 'https://second' }, { token: 'second' }))
    writeFileSync(
      third,
      `users: [{name: w, user: {tokenFile: token}}]\ncontexts: [{name: two, context: {cluster: c, user: w}}]`,
    )
    const env = { KUBECONFIG: [first, join(folder.path, 'missing'), second, third].join(delimiter) }
    expect(await load({ env })).toMatchObject({ cluster: { server: 'https://first' }, context: 'two' })
    expect(await presented({ env })).toEqual({ authorization: 'Bearer from-elsewhere' })
    expect(await presented({ env, context: 'here' })).toEqual({ authorization: 'Bearer second' })
  })

  it('looks at ~/.kube/config last, and says where it looked', async () => {
    const homeDir = join(folder.path, 'home')
    mkdirSync(join(homeDir, '.kube'), { recursive: true })
    writeFileSync(join(homeDir, '.kube/config'), kubeconfigText({ server: 'https://home' }))
    expect((await load({ homeDir })).cluster.server).toBe('https://home')
    expect(await problems({})).toEqual([
      `no kubeconfig is given, and there is no ${join(folder.path, 'nobody/.kube/config')}; give kubeconfigPath, kubeconfig or inCluster`,
    ])
    expect(await problems({ env: { KUBECONFIG: '/nowhere/config' } })).toEqual([
      'no kubeconfig is given, and KUBECONFIG names /nowhere/config; give kubeconfigPath, kubeconfig or inCluster',
    ])
  })

  it('refuses a file that is not there, and two sources at once', async () => {
    expect(await problems({ kubeconfigPath: '/nowhere/config' })).toEqual(['/nowhere/config: cannot be read: ENOENT'])
    expect(await problems({ kubeconfigPath: 'a', kubeconfig: 'b' })).toEqual([
      'kubeconfigPath and kubeconfig are given; give one of them',
    ])
    expect(await problems({ inCluster: true, context: 'a' })).toEqual(['inCluster has no contexts; leave context away'])
  })

  it('names every problem of the context at once, with its path', async () => {
    const file = join(folder.path, 'bad')
    writeFileSync(
      file,
      kubeconfigText(
        {
          server: 'ftp://10.0.0.1',
          'certificate-authority': 'missing.crt',
          'insecure-skip-tls-verify': 'maybe',
          'proxy-url': 'http://proxy:3128',
        },
        {
          'client-certificate-data': '!!!',
          token: 'a token with spaces',
          username: 'u',
          'auth-provider': { name: 'gcp', config: { 'access-token': 'very secret' } },
          as: 'root',
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1alpha1',
            env: [{ value: 'x' }],
            interactiveMode: 'Always',
          },
        },
        { namespace: ['a'] },
      ),
    )
    const found = (await problems({ kubeconfigPath: file })).map((line) => line.replace(`${file}: `, ''))
    expect(found).toEqual([
      'clusters[c].cluster.server: is not an address: "ftp://10.0.0.1"; write https://host:port',
      `clusters[c].cluster.certificate-authority: cannot be read: ENOENT: ${join(folder.path, 'missing.crt')}`,
      'clusters[c].cluster.insecure-skip-tls-verify: must be true or false',
      'clusters[c].cluster.proxy-url: proxies are not supported; give an address in server that is reached directly',
      'users[u].user.client-certificate-data: is not base64',
      'users[u].user.client-key: is missing beside the client certificate',
      'users[u].user.token: cannot go with username and password; give one of them',
      'users[u].user.token: holds characters that no token has',
      'users[u].user.exec.command: is missing',
      'users[u].user.exec.apiVersion: must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1; a newer plugin prints one of these',
      'users[u].user.exec.interactiveMode: Always needs a person at a terminal, and nobody is asked here; sign in beforehand, and write interactiveMode: IfAvailable',
      'users[u].user.exec.env[0].name: is missing',
      'users[u].user.auth-provider: gcp is not supported; use the exec plugin gke-gcloud-auth-plugin: gcloud container clusters get-credentials writes it',
      'users[u].user.as: impersonation is not supported; use a user, or a service account token, of those rights',
      'contexts[here].context.namespace: must be text',
    ])
  })

  it('names structural mistakes, and what refers to nothing', async () => {
    const kubeconfig = `current-context: x\nclusters: {a: b}\nusers: [3, {user: {}}]
contexts: [{name: x, context: {cluster: gone, user: gone}}]`
    expect(await problems({ kubeconfig })).toEqual([
      'clusters: must be a list',
      'users[0]: must be a mapping',
      'users[1].name: is missing',
      'contexts[x].context.cluster: there is no cluster gone in clusters',
      'contexts[x].context.user: there is no user gone in users',
    ])
    expect(await problems({ kubeconfig: 'contexts: [{name: x}]\ncurrent-context: y' })).toEqual([
      'current-context: there is no context y; its contexts are: x',
    ])
    expect(await problems({ kubeconfig: 'kind: Config' })).toEqual([
      'current-context: is not set, and no context is given; the kubeconfig has no contexts',
    ])
    expect(await problems({ kubeconfig: '' })).toEqual(['is empty'])
    expect(await problems({ kubeconfig: '- a' })).toEqual(['is not a kubeconfig: its top level must be a mapping'])
  })

  it('says where YAML breaks, without the line, which may hold a secret', async () => {
    const file = join(folder.path, 'broken')
    writeFileSync(file, 'kind: Config\nusers:\n- user: {token: "very secret\n')
    const found = await problems({ kubeconfigPath: file })
    expect(found[0]).toMatch(new RegExp(`^${file}:[0-9]+: is not YAML: missing char$`))
    expect(found.join()).not.toContain('secret')
  })

  it('refuses certificates that are none, or do not belong together', async () => {
    const user = { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(other.key) }
    const kubeconfig = kubeconfigText({ server, 'certificate-authority-data': base64('hello') }, user)
    expect(await problems({ kubeconfig })).toEqual([
      'clusters[c].cluster.certificate-authority-data: holds no certificate; it must be PEM, as -----BEGIN CERTIFICATE-----',
      'users[u].user.client-certificate: cannot be used with its key: key values mismatch',
    ])
  })

  it('leaves the unsupported things of other contexts alone', async () => {
    const kubeconfig = `current-context: a
clusters: [{name: a, cluster: {server: "https://a"}}, {name: b, cluster: {proxy-url: x}}]
users: [{name: b, user: {auth-provider: {name: oidc}}}]
contexts: [{name: a, context: {cluster: a}}, {name: b, context: {cluster: b, user: b}}]`
    expect(await load({ kubeconfig })).toMatchObject({ cluster: { server: 'https://a' }, namespace: 'default' })
    expect(await presented({ kubeconfig })).toEqual({})
  })

  it('sends user and password as basic, in UTF-8', async () => {
    const kubeconfig = kubeconfigText({ server }, { username: 'jörg', password: 'p:w' })
    expect(await presented({ kubeconfig })).toEqual({ authorization: `Basic ${base64('jörg:p:w')}` })
  })

  it('shows no secret when it is printed', async () => {
    const certificate = { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) }
    for (const user of [
      { token: 'very-secret', ...certificate },
      { username: 'u', password: 'very-secret' },
    ]) {
      const config = await load({ kubeconfig: kubeconfigText({ server }, user) })
      const printed = inspect(config, { depth: 10, showHidden: true }) + JSON.stringify(config)
      expect(printed).not.toMatch(/very-secret|PRIVATE KEY/)
    }
  })
})
