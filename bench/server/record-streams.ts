import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitUntil } from '../../test/kubernetes/wait-until.ts'
import { RawApi } from '../../test/support/raw-api.ts'
import { BareServer } from '../clients/bare-server.ts'
import { concurrently } from '../clients/concurrently.ts'
import { startServer } from './start-server.ts'

/** The bytes of a watch, as they came. */
export interface RecordedStream {
  readonly path: string
  readonly contentType: string
  /** How many events it has. */
  readonly events: number
}

export interface RecordedStreams {
  readonly protobuf: RecordedStream
  readonly json: RecordedStream
}

const PODS = '/api/v1/namespaces/default/pods'
const COUNT = 500
/** Of the watches, in seconds: all pods are there before, so their events come at once. */
const WATCH_SECONDS = 2

/**
 * Lets a real API server say the same of 500 running pods in both encodings, into files of a temporary folder. Each pod has
 * 14 environment variables, 4 volumes and the managed fields of two writers: about 9 KB as JSON.
 */
export async function recordStreams(signal: AbortSignal): Promise<RecordedStreams> {
  await using server = await startServer({ signal })
  await using stack = new AsyncDisposableStack()
  const bare = stack.adopt(await BareServer.open(server.kubeconfigPath, 32), (each) => each.close())
  const api = stack.use(new RawApi(server.kubeconfig))
  await concurrently(COUNT, 32, async (index) => {
    const answer = await bare.request('POST', PODS, { body: JSON.stringify(largePod(index)) })
    await answer.body.dump()
  })
  await untilRunning(api, signal)
  const folder = await mkdtemp(join(tmpdir(), 'davit-bench-stream-'))
  const record = async (name: string, accept: string): Promise<RecordedStream> => {
    const query = `watch=1&resourceVersion=0&timeoutSeconds=${WATCH_SECONDS}`
    const answer = await bare.request('GET', `${PODS}?${query}`, { accept })
    const path = join(folder, name)
    await writeFile(path, await answer.body.bytes())
    return { path, contentType: String(answer.headers['content-type']), events: COUNT }
  }
  const [protobuf, json] = await Promise.all([
    record('protobuf', 'application/vnd.kubernetes.protobuf'),
    record('json', 'application/json'),
  ])
  return { protobuf, json }
}

async function untilRunning(api: RawApi, signal: AbortSignal): Promise<void> {
  await waitUntil(
    async () => {
      const path = `${PODS}?fieldSelector=status.phase%3DRunning`
      return (await api.get<{ items: readonly unknown[] }>(path)).body.items.length === COUNT
    },
    { what: `${COUNT} running pods`, withinMs: 60_000, everyMs: 500, signal },
  )
}

function largePod(index: number): object {
  const names = (count: number, name: string) => Array.from({ length: count }, (_, at) => `${name}-${at}`)
  const volumes = names(4, 'volume')
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `bench-recorded-${index}`,
      labels: {
        hold: 'true',
        'airflow-worker': 'bench',
        'davit-launch': `1-1-${index}`,
        'davit-deployment': 'default',
        dag_id: 'bench',
        task_id: 'work',
        try_number: '1',
        kubernetes_executor: 'True',
      },
      annotations: { dag_id: 'bench', task_id: 'work', run_id: 'recorded', try_number: '1', map_index: String(index) },
    },
    spec: {
      nodeName: 'kwok-1',
      restartPolicy: 'Never',
      volumes: volumes.map((name) => ({ name, emptyDir: { sizeLimit: '1Gi' } })),
      containers: [
        {
          name: 'base',
          image: 'busybox:1',
          args: ['work', '--payload', 'x'.repeat(400)],
          env: names(14, 'VARIABLE').map((name) => ({ name, value: `the value of ${name}, of a usual length` })),
          volumeMounts: volumes.map((name) => ({ name, mountPath: `/mnt/${name}` })),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
        },
      ],
    },
  }
}
