// A scripted dev cluster in a process of its own. It tells its parent the kubeconfig, and how much memory it has taken
// whenever it is asked; it ends with its parent.
import { startDevCluster } from '@davit/devcluster'

const cluster = await startDevCluster({ runtime: 'scripted' })
process.on('message', () => process.send?.({ peakBytes: process.resourceUsage().maxRSS * 1024 }))
process.once('disconnect', () => void cluster.stop())
process.send?.({ kubeconfig: cluster.kubeconfig })
