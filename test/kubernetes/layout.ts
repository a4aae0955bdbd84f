import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The parts of a Kubernetes, in the order in which they start; kwok where its nodes are. */
export const componentNames = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const

/** The parts of a kubelet's node, in the order in which they start: the machine that it runs on comes first. */
export const kubeletNodeNames = ['node', 'registry', 'containerd', 'kubelet'] as const

export type ComponentName = (typeof componentNames)[number] | (typeof kubeletNodeNames)[number]

/** Where one Kubernetes keeps everything. All paths lie in its folder. */
export interface Layout {
  readonly folder: string
  /** For people and tests; the only file that outlives nothing but is asked for by name. */
  readonly kubeconfig: string
  readonly state: string
  /** Everything below is in here. */
  readonly data: string
  readonly auditLog: string
  readonly certificates: string
  /** The API server's own certificate and its authority, in one file. */
  readonly authority: string
  readonly etcd: string
  readonly serviceAccountKey: string
  /** What the API server proves itself with to kubelets. */
  readonly kubeletClientCertificate: string
  readonly kubeletClientKey: string
  readonly tokens: string
  readonly kubectlCache: string
  /** The files of the machine that the kubelet runs on; there it is `/run/node`. */
  readonly node: string
  componentKubeconfig(name: string): string
  log(name: ComponentName): string
}

export function layoutIn(folder: string): Layout {
  const data = join(folder, 'data')
  const certificates = join(data, 'certificates')
  return {
    folder,
    kubeconfig: join(folder, 'kubeconfig'),
    state: join(folder, 'state.json'),
    data,
    auditLog: join(data, 'audit.log'),
    certificates,
    authority: join(certificates, 'apiserver.crt'),
    etcd: join(data, 'etcd'),
    serviceAccountKey: join(data, 'service-account.key'),
    kubeletClientCertificate: join(certificates, 'kubelet-client.crt'),
    kubeletClientKey: join(certificates, 'kubelet-client.key'),
    tokens: join(data, 'tokens.csv'),
    kubectlCache: join(data, 'kubectl-cache'),
    node: join(data, 'node'),
    componentKubeconfig: (name) => join(data, `${name}.kubeconfig`),
    log: (name) => join(data, `${name}.log`),
  }
}

/** A file that lies beside this one. */
export function sourceFile(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url))
}
