// A process kubelet with one pod, for tests that kill it: `lonely-node.ts FOLDER auto|host SECONDS`. The pod runs two
// sleeps of so many seconds: a plain child, and a daemon that left session, group and parents.
import { systemClock } from '../../src/clock.ts'
import { createProcessKubelet } from '../../src/kubelet/process-kubelet.ts'
import { MemoryCluster } from './memory-cluster.ts'

const [folder = '', isolation, seconds = ''] = process.argv.slice(2)

const cluster = new MemoryCluster()
const kubelet = createProcessKubelet({
  access: cluster,
  clock: systemClock,
  folder,
  nodeName: 'node-1',
  isolation: isolation === 'host' ? 'host' : 'auto',
})
await kubelet.start()
cluster.create({
  metadata: { name: 'lonely' },
  spec: {
    nodeName: 'node-1',
    containers: [
      {
        name: 'base',
        image: 'busybox',
        command: ['sh', '-c', `(setsid sleep ${seconds} </dev/null >/dev/null 2>&1 &); sleep ${seconds}`],
      },
    ],
  },
})
