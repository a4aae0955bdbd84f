/** A problem of users of pod-per-task systems, with the pass/fail test that was set for it. */
export interface ParityProblem {
  /** `P1`–`P29`. Titles of tests begin with it. */
  readonly id: string
  readonly problem: string
  /** What the test asks, in short. */
  readonly asks: string
  /** Where a size, a figure or a backend is another one, and why; what is a row of the benchmark, or does not concern the executor. */
  readonly note: string
}

/** The problems, in the order of their ids. */
export const parityProblems: readonly ParityProblem[] = [
  {
    id: 'P1',
    problem: 'The watch goes blind, or dies, and nobody notices',
    asks: 'A: a connection freezes while 200 pods finish. B: 410 in three shapes. C: resets for two minutes. D: 5 % of the events of 5,000 pods are dropped. E: a day of silence. All ends are recorded, never a second watch.',
    note: 'D: 400 pods, not 5,000: some 80 events are lost all the same, of every kind.',
  },
  {
    id: 'P2',
    problem: 'Slot leak',
    asks: 'Kills, stops longer than the lease and dropped events with three schedulers: at rest nothing is occupied, for 72 hours.',
    note: 'Three rounds of 36 tasks, not 72 hours of 10,000: what leaks does so in each round. The fault suite kills at any await.',
  },
  {
    id: 'P3',
    problem: 'The same attempt runs twice',
    asks: 'a: 30 % of creates lose their answer. b: killed between claim, create and answer. c: one of two is stopped for twice its lease. One pod a try.',
    note: '24 tasks, not 10,000: each is there for its own.',
  },
  {
    id: 'P4',
    problem: 'Infrastructure failure is billed to the user',
    asks: 'Each disruption before the start and while running; budgets outlive a restart.',
    note: 'As asked, on the test clock.',
  },
  {
    id: 'P5',
    problem: 'Slow launch',
    asks: '1,000 creates of 200 ms in 5 s; 5,000 deletions beside them; calls a task; creates a second.',
    note: 'A row of the benchmark: rates.',
  },
  {
    id: 'P6',
    problem: 'Pods cleaned too late, or too early',
    asks: 'Somebody else deletes 30 % of pods as they end; deletions fail for 10 minutes; killed between commit and delete.',
    note: 'Fewer pods, of every kind.',
  },
  {
    id: 'P7',
    problem: 'An API-server hiccup stops or crashes the scheduler',
    asks: 'The API out of reach for 15 minutes with 500 tasks running and 500 queued; 500s, slow and cut bodies.',
    note: '20 running and 20 queued, not 500 each: what is proved does not depend on how many there are.',
  },
  {
    id: 'P8',
    problem: 'Adoption after restart',
    asks: '20,000 live pods: ready in 10 s, no patch, none reset. Two installs in one namespace. One of three stopped and resumed.',
    note: '500 pods on Kubernetes, 60 on the dev cluster, not 20,000: a list takes longer with more, and nothing else changes.',
  },
  {
    id: 'P9',
    problem: 'Pending: too patient, too strict, or a ghost',
    asks: 'A node after 9 minutes; a wrong image; a missing ConfigMap; a pull that heals; a deletion that fails during the timeout.',
    note: 'As asked.',
  },
  {
    id: 'P10',
    problem: 'A completion event of an old run is applied to the new one',
    asks: 'Every interleaving of the old pod’s end with the new pod’s life ends as without it.',
    note: 'All orders for one task; 150 tasks, not 1,000, with delayed watches: each meets the same race.',
  },
  {
    id: 'P11',
    problem: 'Quota, 409, 429, 5xx on create',
    asks: 'A quota of 100 for 1,000 tasks; 409 on 30 %; Retry-After: 7; 422; 503 for 5 minutes.',
    note: 'A quota of 30 and 210 tasks, not 100 and 1,000: in proportion.',
  },
  {
    id: 'P12',
    problem: 'The orchestrator itself overloads the API server',
    asks: '10,000 live pods at 20 a second: one watch, lists and gets are rare; pending pods stay below a ceiling.',
    note: '30 live pods and one task a second, not 10,000 and 20: what is asked does not depend on how many there are.',
  },
  {
    id: 'P13',
    problem: 'Lost nodes',
    asks: 'A kubelet stops with a task running: a successor starts, and the old process is refused when the node is back.',
    note: 'As asked.',
  },
  {
    id: 'P14',
    problem: 'Failures without a reason',
    asks: '25 ways in which a pod ends: the class matches, and the text names container and cause.',
    note: 'As asked.',
  },
  {
    id: 'P15',
    problem: 'One bad spec hurts everyone',
    asks: '10,000 malformed overrides among 1,000 good tasks: each fails once with a path, all good ones run.',
    note: '12 of each kind and 40 valid tasks, not 10,000 and 1,000: each kind is a way of its own.',
  },
  {
    id: 'P16',
    problem: 'Cancel, clear, mark-failed leave pods running',
    asks: 'Cancelled at every moment around a create of 500 ms: no pod is left, no code starts after.',
    note: 'Every 25 ms, not each: nothing takes less.',
  },
  {
    id: 'P17',
    problem: 'Logs vanish with the pod',
    asks: '10 MB, then SIGKILL, OOM, eviction: the kept log ends with the last line, or says what is lost.',
    note: '1 MB, not 10, as a node rotates above 10 MiB; rotation has tests of its own.',
  },
  {
    id: 'P18',
    problem: 'No brake on launch rate',
    asks: '10,000 tasks under limits of running, pending and creates a second.',
    note: '120 tasks with limits of 40, 10 and 20, not 10,000 with 500, 100 and 20: the rate is the tightest in both.',
  },
  {
    id: 'P19',
    problem: 'Merge surprises',
    asks: 'A matrix of layers and fields compared with kubectl’s strategic merge.',
    note: 'As asked.',
  },
  {
    id: 'P20',
    problem: 'Names and labels',
    asks: 'Ids of 250 characters, Unicode, upper case, dashes, equal beginnings: all run, none collide in a million.',
    note: '20,000 random pairs, a million by NAME_PAIRS: the rest is as asked.',
  },
  {
    id: 'P21',
    problem: 'Memory growth',
    asks: 'A million pods through a steady 5,000: memory stays level; 20,000 cached pods in 20 MB; file descriptors constant.',
    note: '100,000 pods through a steady 1,000, not a million through 5,000: a leak shows in the first.',
  },
  {
    id: 'P22',
    problem: 'Several namespaces',
    asks: '50 namespaces with Roles only; one Role goes: only its tasks wait, with the verb named.',
    note: '10 namespaces, not 50; connections are pooled, as the design has it, so that they are not counted.',
  },
  {
    id: 'P23',
    problem: 'More replicas do not mean more throughput',
    asks: '1, 2, 4 schedulers on one API; one of four is killed.',
    note: 'A row of the benchmark: scaling.',
  },
  {
    id: 'P24',
    problem: 'Priority lost, head-of-line blocking, starvation',
    asks: '5,000 low, then 10 high: the high first; a namespace over its quota holds up no other; none waits for ever.',
    note: '600 low tasks, not 5,000: what is proved is the order.',
  },
  {
    id: 'P25',
    problem: 'Sidecars keep finished pods alive',
    asks: 'The main container ends beside an immortal one: recorded in 2 s, the pod goes; a sidecar’s crash changes nothing.',
    note: 'As asked, with real containers.',
  },
  {
    id: 'P26',
    problem: 'Task pods overload the control plane they report to',
    asks: 'The control plane is away for 5 minutes while 500 pods start and 500 finish.',
    note: '30 that start and 30 that end, not 500 each: what is proved does not depend on how many there are.',
  },
  {
    id: 'P27',
    problem: 'The template decides things it must not',
    asks: 'A template with `Always`, a name, an owner: the pod has ours.',
    note: 'As asked.',
  },
  {
    id: 'P28',
    problem: 'The operator cannot see where time goes',
    asks: 'The parts of 1,000 tasks sum up to the whole; a delay of a webhook shows in one part.',
    note: '200 tasks, not 1,000: each has all that is looked at.',
  },
  {
    id: 'P29',
    problem: 'Left-over secondary objects',
    asks: 'Failing between each two steps leaves no orphan.',
    note: 'There are no secondary objects: nothing else is ever made, and no pod is left.',
  },
]
