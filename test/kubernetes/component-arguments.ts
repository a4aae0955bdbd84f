import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type componentNames, type kubeletNodeNames, type Layout, sourceFile } from './layout.ts'

/** The loopback ports of one Kubernetes. */
export interface Ports {
  readonly apiServer: number
  readonly etcd: number
  readonly etcdPeer: number
  /** Where kwok answers for the kubelets of its nodes. */
  readonly kwok: number
  readonly kubelet: number
}

/** Where the registry of a kubelet's machine listens; the machine has a loopback of its own. `registries.toml` says so too. */
const registryAddress = '127.0.0.1:5000'

/** The kubelet's node is named by the address at which the API server reaches the kubelet. */
export const kubeletNodeName = 'localhost'

/** Parts of the controller manager. */
export const controllers = [
  'disruption',
  'garbage-collector',
  'job',
  'namespace',
  'node-lifecycle',
  'pod-garbage-collector',
  'resourcequota',
  'root-ca-certificate-publisher',
  'serviceaccount',
  'serviceaccount-token',
  'taint-eviction',
  'ttl-after-finished',
] as const

export type Controller = (typeof controllers)[number]

/** What a suite may have in place of what all others have. */
export interface ComponentOptions {
  /** Which controllers run: each changes objects at its own times. @default all */
  readonly controllers?: readonly Controller[] | undefined
  /** The folder of kwok's options and stages. @default kwok/, whose pods take every step of real ones */
  readonly kwokFolder?: string | undefined
  /** @default audit-policy.yaml, which has the bodies too */
  readonly auditPolicy?: string | undefined
}

/** The command line of each part, without the program. Everything listens on 127.0.0.1 only. */
export function componentArguments(
  layout: Layout,
  ports: Ports,
  options: ComponentOptions = {},
): Record<(typeof componentNames)[number], string[]> {
  const running = options.controllers ?? controllers
  const kwokFolder = options.kwokFolder ?? sourceFile('kwok')
  const etcdUrl = `http://127.0.0.1:${ports.etcd}`
  const etcdPeerUrl = `http://127.0.0.1:${ports.etcdPeer}`
  return {
    etcd: [
      `--data-dir=${layout.etcd}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${etcdPeerUrl}`,
      `--initial-advertise-peer-urls=${etcdPeerUrl}`,
      `--initial-cluster=default=${etcdPeerUrl}`,
      '--log-level=warn',
      // There is nobody else to elect: it would wait a second for that.
      '--heartbeat-interval=20',
      '--election-timeout=100',
      // The data is thrown away at the end: waiting for the disk would only slow the tests down.
      '--unsafe-no-fsync',
    ],
    'kube-apiserver': [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${ports.apiServer}`,
      `--cert-dir=${layout.certificates}`,
      `--token-auth-file=${layout.tokens}`,
      '--authorization-mode=RBAC',
      `--service-account-key-file=${layout.serviceAccountKey}`,
      `--service-account-signing-key-file=${layout.serviceAccountKey}`,
      `--service-account-issuer=https://127.0.0.1:${ports.apiServer}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--allow-privileged=true',
      // Otherwise it wants an address of the machine that is not loopback, which there may not be.
      '--advertise-address=127.0.0.1',
      '--endpoint-reconciler-type=none',
      `--kubelet-client-certificate=${layout.kubeletClientCertificate}`,
      `--kubelet-client-key=${layout.kubeletClientKey}`,
      // Of the kubelet's node it is localhost, where the kubelet listens; kwok's nodes have no such address.
      '--kubelet-preferred-address-types=Hostname,InternalIP',
      `--audit-policy-file=${options.auditPolicy ?? sourceFile('audit-policy.yaml')}`,
      `--audit-log-path=${layout.auditLog}`,
      '--audit-log-mode=blocking',
      '--audit-log-maxsize=0',
    ],
    'kube-controller-manager': [
      `--kubeconfig=${layout.componentKubeconfig('kube-controller-manager')}`,
      `--service-account-private-key-file=${layout.serviceAccountKey}`,
      `--root-ca-file=${layout.authority}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=1000',
      '--kube-api-burst=1000',
      `--controllers=${running.map((name) => `${name}-controller`).join(',')}`,
    ],
    'kube-scheduler': [`--config=${sourceFile('scheduler.yaml')}`, '--secure-port=0'],
    kwok: [
      `--kubeconfig=${layout.componentKubeconfig('kwok')}`,
      ...kwokFiles(kwokFolder).map((name) => `--config=${join(kwokFolder, name)}`),
      '--cidr=10.64.0.1/12',
      '--node-ip=127.0.0.1',
      `--node-port=${ports.kwok}`,
      `--server-address=127.0.0.1:${ports.kwok}`,
    ],
  }
}

/** Its options and its stages, one a file. */
function kwokFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
}

/**
 * The same for the parts of a kubelet's node; the machine itself takes none.
 *
 * @param options `images` is the folder of the images that the registry has; `hostAddress` the real machine's in the
 *   network of the node
 */
export function kubeletNodeArguments(
  layout: Layout,
  { images, hostAddress }: { readonly images: string; readonly hostAddress: string },
): Record<Exclude<(typeof kubeletNodeNames)[number], 'node'>, string[]> {
  return {
    registry: [`--folder=${images}`, `--listen=${registryAddress}`],
    containerd: [`--config=${layout.node}/containerd.toml`],
    kubelet: [
      `--config=${layout.node}/kubelet.yaml`,
      `--kubeconfig=${layout.componentKubeconfig('kubelet')}`,
      '--root-dir=/run/node/kubelet',
      '--cert-dir=/run/node/kubelet-certificates',
      `--hostname-override=${kubeletNodeName}`,
      `--node-ip=${hostAddress}`,
      '--node-labels=kubelet=true',
    ],
  }
}
