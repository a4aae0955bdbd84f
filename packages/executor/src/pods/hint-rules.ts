import type { FailureClass } from './failure.ts'

/** What helps against one kind of trouble. The first row that fits counts. */
export interface HintRule {
  /** Of the evidence, `path=value`. */
  readonly evidence?: RegExp
  readonly message?: RegExp
  readonly hint: string
}

const PULL = /reason=(ErrImagePull|ImagePullBackOff|RegistryUnavailable|Failed|BackOff)$/
const STARTING = /reason=(StartError|ContainerCannotRun|RunContainerError|CreateContainerError)$/

/** In the words of those who wrote the DAG or the pod's template: what to change, and where to look. */
export const hintRules: readonly HintRule[] = [
  // Images.
  {
    evidence: PULL,
    message: /\b401\b|unauthorized|authentication required|\b403\b|forbidden|denied|no basic auth credentials/i,
    hint: 'the registry wants to know who asks: name a pull secret in spec.imagePullSecrets of the pod or of its service account, and see that it may read this image; registries also answer so for images that do not exist',
  },
  {
    evidence: PULL,
    message: /not found|manifest unknown|does not exist|no match for platform/i,
    hint: 'compare registry, name and tag of the image with what the registry has, and its platforms with the node’s',
  },
  {
    evidence: PULL,
    message: /toomanyrequests|too many requests|rate limit|pull QPS exceeded/i,
    hint: 'too many pulls at a time: pull with credentials or from a mirror, or use imagePullPolicy IfNotPresent',
  },
  {
    evidence: PULL,
    message: /x509|certificate/i,
    hint: 'the nodes do not trust the registry’s certificate: its authority belongs into their container runtime’s configuration',
  },
  {
    evidence: PULL,
    message: /no such host|i\/o timeout|connection refused|dial tcp|server misbehaving/i,
    hint: 'the node does not reach the registry: look at its address, its DNS and its network',
  },
  {
    message: /its image was not pulled|its image cannot be pulled/,
    hint: 'see whether the node can pull the image at all; if it is only large, raise pullingSeconds',
  },
  {
    evidence: /reason=ErrImageNeverPull$/,
    hint: 'imagePullPolicy Never asks for an image that is on the node already: load it there, or use IfNotPresent',
  },
  { evidence: /reason=InvalidImageName$/, hint: 'an image is [registry/]name[:tag][@digest], in lower case' },
  {
    evidence: /reason=ImageInspectError$/,
    hint: 'name the image with its registry; the node cannot tell which is meant',
  },

  // What the pod refers to.
  {
    message: /couldn't find key|references non-existent (config|secret) key/i,
    hint: 'add the key to the ConfigMap or Secret, correct its name in the pod, or mark it optional',
  },
  {
    message: /(configmap|secret)s? "[^"]*" not found/i,
    hint: 'create it in the namespace of the pod, correct its name in the pod, or mark it optional',
  },
  {
    message: /persistentvolumeclaim "[^"]*" not found|ephemeral volume .* not found/i,
    hint: 'create the claim in the namespace of the pod, or correct claimName',
  },
  {
    message: /runAsNonRoot|run as non-root|non-numeric user/i,
    hint: 'set securityContext.runAsUser to a number other than 0, or take an image whose user is one',
  },
  { message: /no command specified/i, hint: 'the image has no command of its own: give the task one' },
  {
    evidence: /reason=FailedAttachVolume$/,
    hint: 'the volume may still be attached to another node: see `kubectl get volumeattachments`, and its access mode',
  },
  {
    evidence: /reason=(FailedMount|FailedMapVolume)$/,
    hint: 'look at the volume that is named: `kubectl describe pvc`, its storage class, and the node’s driver for it',
  },

  // Starts and ends.
  {
    message: /exec format error/i,
    hint: 'the program is for another processor than the node has, or a script without its #! line: build the image for the node’s platform, or choose nodes by kubernetes.io/arch',
  },
  {
    evidence: STARTING,
    message: /executable file not found|no such file or directory|not found/i,
    hint: 'the command is not in the image, or not in its PATH: name it by its path; built-ins and pipes need ["sh", "-c", …]',
  },
  { evidence: STARTING, message: /permission denied/i, hint: 'make the file executable in the image (chmod +x)' },
  {
    evidence: /exitCode=126$/,
    hint: '126 is a shell’s word for a file that cannot be executed: chmod +x, or another interpreter or platform',
  },
  {
    evidence: /exitCode=127$/,
    hint: '127 is a shell’s word for a command that is not there: see its spelling, the image and PATH',
  },
  {
    evidence: /(exitCode=137|signal=9)$/,
    hint: 'SIGKILL, and Kubernetes did not do it: something in the container did, or the node ran out of memory as a whole; its log’s end and the node’s kernel log tell more',
  },
  {
    evidence: /(exitCode=143|signal=15)$/,
    hint: 'SIGTERM, and Kubernetes did not send it: a supervisor or a timeout within the container did',
  },
  {
    evidence: /(exitCode=13[49]|signal=(6|11))$/,
    hint: 'native code crashed: look at the end of its log, and at the versions of its native libraries',
  },

  // Nodes and time.
  {
    evidence: /reason=Evicted$/,
    message: /used more than its limits|exceeds/i,
    hint: 'raise the limit that is named (ephemeral-storage, sizeLimit), or keep large files on a volume',
  },
  {
    evidence: /reason=Evicted$/,
    message: /ephemeral-storage|nodefs|imagefs|disk/i,
    hint: 'the node’s disk was full: request ephemeral-storage for what the task writes, so that it gets a node with room',
  },
  {
    evidence: /reason=Evicted$/,
    message: /memory/i,
    hint: 'the node’s memory was full: request as much memory as the task uses; those above their requests go first',
  },
  {
    evidence: /reason=(Preempted|Preempting|PreemptionByScheduler)$/,
    hint: 'more important pods needed the room: give the pods a priorityClassName of their own, or add nodes',
  },
  {
    evidence: /reason=DeadlineExceeded$/,
    hint: 'raise spec.activeDeadlineSeconds of the pod, or take it out; to limit a task use executionTimeoutSeconds',
  },
  {
    evidence: /reason=(FailedCreatePodSandBox|NetworkNotReady|FailedPodSandBoxStatus)$/,
    hint: 'the network plugin or the runtime of that node is in trouble: look at its pods and at `kubectl describe node`',
  },
  { message: /\(initialisingSeconds\)/, hint: 'see the logs of its init containers, or raise initialisingSeconds' },
  {
    message: /\(creatingSeconds\)/,
    hint: 'the node prepares the pod (volumes, network) and does not get on: `kubectl describe pod` and the node’s kubelet say why; raise creatingSeconds if it is only slow',
  },
  { evidence: /reason=OutOf\w+$/, hint: 'another pod was quicker; the next launch is placed anew' },

  // Room.
  {
    message: /persistentvolumeclaim|volume node affinity conflict|unbound immediate/i,
    hint: 'its volume decides where it may run: see `kubectl get pvc`, and the zones of volumes and nodes',
  },
  {
    message: /untolerated taint|had taint/i,
    hint: 'free other nodes, or tolerate the taint that is named in spec.tolerations',
  },
  {
    message: /didn't match (Pod's )?(node affinity|node selector)/i,
    hint: 'no node has the labels that nodeSelector or affinity ask for: compare with `kubectl get nodes --show-labels`',
  },
  {
    message: /Insufficient [\w./-]+/,
    hint: 'ask for less in resources.requests, wait for others to end, or add nodes; `kubectl describe nodes` shows what is free',
  },
  {
    message: /exceeded quota|must specify limits|must specify requests/i,
    hint: 'see `kubectl describe quota`: ask for less, raise it, or run fewer tasks at a time',
  },

  // Permissions and what comes before a pod.
  { message: /cannot create resource/, hint: 'grant the role of docs/operations.md in the namespace of the pods' },
  {
    message: /admission webhook|violates PodSecurity|is forbidden/i,
    hint: 'the cluster’s rules for pods do not allow it: change the pod by its template or override, or ask who made the rule',
  },
]

/** Where no row fits. */
export const classHints: Readonly<Record<FailureClass, string>> = {
  user: 'see its log; a failure that may pass is what retries are for',
  config: 'correct the pod’s template or override, or the DAG; `davit pods render` shows the pod as it is sent',
  capacity: 'ask for less, wait for others to end, or add nodes or quota',
  infrastructure:
    'look at the node that had the pod (`kubectl describe node`); if such ends are frequent, raise infrastructureRetries',
  disruption:
    'nothing to mend in the task; if such ends are frequent, raise infrastructureRetries, or keep the pods off nodes that come and go',
  oom: 'raise resources.limits.memory, or let the task hold less at a time',
  deadline: 'raise the limit, or let the task do less at a time',
  unknown:
    'somebody or something deleted the pod without a word; the API server’s audit log knows who. Whether the task may run again only its author can say: retries',
}
