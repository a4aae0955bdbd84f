/** What a figure of Davit's is to be, as itself or as a ratio to another contender's figure of the same run. */
export interface Goal {
  readonly benchmark: string
  readonly metric: string
  /** Without it the figure itself is meant. */
  readonly against?: string
  readonly atLeast?: number
  readonly atMost?: number
}

/** What Davit wants to reach, row by row. `docs/performance.md` says where it does not. */
export const goals: readonly Goal[] = [
  { benchmark: 'B1', metric: 'creates/s', against: 'tuned', atLeast: 0.95 },
  { benchmark: 'B1', metric: 'client CPU ms/create', against: 'tuned', atMost: 1.2 },
  { benchmark: 'B1', metric: 'creates/s', against: 'airflow tuned', atLeast: 7 },
  ...['B2/150ms', 'B2/300ms', 'B2/500ms'].map((benchmark) => ({
    benchmark,
    metric: 'seconds',
    against: 'tuned',
    atMost: 1.1,
  })),
  // As many as the pool has for requests, and the watch's.
  { benchmark: 'B3', metric: 'connections', atMost: 65 },
  { benchmark: 'B3', metric: 'KiB received/task', against: 'plain', atMost: 0.6 },
  { benchmark: 'B4', metric: 'us/event', atMost: 10 },
  { benchmark: 'B4', metric: 'us/event', against: 'JSON.parse', atMost: 0.2 },
  { benchmark: 'B4', metric: 'GC pause p99 ms', atMost: 10 },
  ...['B5/50', 'B5/200'].flatMap((benchmark) => [
    { benchmark, metric: 'p50 ms over bare', atMost: 5 },
    { benchmark, metric: 'p99 ms over bare', atMost: 20 },
  ]),
  { benchmark: 'B6', metric: 'lifecycles/s', against: 'tuned', atLeast: 0.95 },
  { benchmark: 'B6', metric: 'lifecycles/s', against: 'plain', atLeast: 1 },
  { benchmark: 'B6', metric: 'client CPU ms/task', atMost: 1 },
  { benchmark: 'B7', metric: 'client CPU %', atMost: 1 },
  { benchmark: 'B7', metric: 'heap bytes/pod', atMost: 1024 },
  { benchmark: 'B7', metric: 'RSS MiB', atMost: 150 },
  { benchmark: 'B7', metric: 'requests/min', atMost: 2 },
  { benchmark: 'B7', metric: 'relists', atMost: 0 },
  ...['B9/lease', 'B9/label'].map((benchmark) => ({ benchmark, metric: 'event loop blocked ms', atMost: 20 })),
  { benchmark: 'B9/lease', metric: 'times bare list', atMost: 1.5 },
  { benchmark: 'B9/label', metric: 'times bare patches', atLeast: 0.9 },
  { benchmark: 'B10', metric: 'relists', atMost: 0 },
  ...['B11/429', 'B11/apf', 'B11/quota'].flatMap((benchmark) => [
    { benchmark, metric: 'tasks failed', atMost: 0 },
    { benchmark, metric: 'creates/s', against: 'obeying loop', atLeast: 0.9 },
    { benchmark, metric: 'wasted %', atMost: 5 },
  ]),
  { benchmark: 'B16/whole', metric: 'lines lost', atMost: 0 },
  { benchmark: 'B16/whole', metric: 'client CPU us/line', against: 'raw copy', atMost: 2 },
  { benchmark: 'B16/cut', metric: 'lines lost', atMost: 0 },
  { benchmark: 'B18', metric: 'installed MB', atMost: 10 },
  { benchmark: 'B18', metric: 'import ms', atMost: 60 },
  { benchmark: 'B18', metric: 'davit run s', atMost: 1.5 },
]
