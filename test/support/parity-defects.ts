/** A defect of Airflow's executor, and what became of it here. */
export interface ParityDefect {
  /** `L1`–`L25`: known for long; `N1`–`N6`: seen in provider 10.25.0. Titles of tests begin with it. */
  readonly id: string
  readonly airflow: string
  /** Begins with `impossible because` or `mended by`. */
  readonly here: string
}

/** The defects, in the order of their ids. */
export const parityDefects: readonly ParityDefect[] = [
  {
    id: 'L1',
    airflow: 'A result that cannot be applied is put back into the queue that is being drained: `sync` never ends.',
    here: 'impossible because `sync` drains nothing: a commit or deletion that fails waits out a backoff of its own.',
  },
  {
    id: 'L2',
    airflow: 'Retries of a refused create are spent at once, in one `sync`.',
    here: 'mended by a backoff for each cause and launch, and a ceiling in time (`maxRefusalSeconds`) in the place of a count.',
  },
  {
    id: 'L3',
    airflow: 'A failed pod that is kept is replayed at each relist, and its event ends the task’s next pod.',
    here: 'mended by fencing each event by launch id and uid (I2), and by the label `airflow_executor_done` on every kept pod.',
  },
  {
    id: 'L4',
    airflow: 'Thirty seconds of silence replay everything since the watch began.',
    here: 'mended by resuming at the last version seen, with bookmarks.',
  },
  {
    id: 'L5',
    airflow: '410 is never handled: the watcher dies and begins at version 0.',
    here: 'mended by one relist with a diff against the cache, for each of the three shapes of 410 (I7).',
  },
  {
    id: 'L6',
    airflow: 'A pod with the worker’s label and broken annotations kills the watcher, or the scheduler, for ever.',
    here: 'mended by passing over such a pod: counted, logged once (I8).',
  },
  {
    id: 'L7',
    airflow: 'A DELETED event without a deletion timestamp counts as an adoption, and ends another run of the task.',
    here: 'mended by asking the server whose the pod is before an adoption is believed.',
  },
  {
    id: 'L8',
    airflow: 'A wrong `executor_config`, or a pending pod that somebody deletes, keeps its slot for ever.',
    here: 'impossible because slots are computed from launches without an outcome (I5); a pending pod that is gone ends its launch.',
  },
  {
    id: 'L9',
    airflow: 'A template that is missing, wrong YAML, an answer that is no JSON: the job is lost and the loop crashes.',
    here: 'mended by failing that task alone, with file, line and path; answers that are no JSON are read as text.',
  },
  {
    id: 'L10',
    airflow: 'Queue, retries and attempts are in memory only; a stop drops unlaunched jobs, which stay queued.',
    here: 'mended by the `LaunchStore`: launches and budgets are recorded before a create, and a restart takes them up.',
  },
  {
    id: 'L11',
    airflow: 'A scheduler that is slow and alive is robbed of its pods, and both act.',
    here: 'mended by fencing: every write carries the owner, and one that lost its lease is told so and lets go. In `label` mode the pod’s label decides.',
  },
  {
    id: 'L12',
    airflow: '`clear_not_launched_queued_tasks` looks at the tasks of all schedulers in one namespace: pods twice.',
    here: 'mended by asking for each owner’s pods in every watched scope, outside the loop, and by the launch that is recorded before any create.',
  },
  {
    id: 'L13',
    airflow: 'A create whose answer is lost is repeated under a new random name: two pods.',
    here: 'impossible because the name is a function of the launch: the same create is repeated, and AlreadyExists is looked into (I1).',
  },
  {
    id: 'L14',
    airflow: '`revoke_task` leaves the waiting job, which is launched later; it lists every pod for each task.',
    here: 'mended by dropping the waiting launch with the revocation; only a task that is not in the book costs a list, by its own labels.',
  },
  {
    id: 'L15',
    airflow: 'A key that still runs is launched again: the guard was dropped.',
    here: 'mended by leaving it queued until the earlier run is accounted for.',
  },
  {
    id: 'L16',
    airflow:
      'One pod a loop; creates, deletes and patches one after the other in the scheduler’s loop; lists without pages.',
    here: 'mended by bounded queues outside the loop (I4), creates up to an adaptive limit, lists in pages of 500.',
  },
  {
    id: 'L17',
    airflow: 'Ids without an ASCII letter or digit give labels and names that the API server refuses.',
    here: 'mended by the bare hash as label value, and a name that is always a DNS label.',
  },
  {
    id: 'L18',
    airflow: 'An override changes owner, DAG, pod name and container name, and so loses the pod.',
    here: 'impossible because identity is applied last, and again after the hook (I12).',
  },
  {
    id: 'L19',
    airflow: 'Merged `finalizers` and `ownerReferences` are computed and thrown away.',
    here: "mended by keeping those of both sides; `podMerge: 'airflow'` for the old way.",
  },
  {
    id: 'L20',
    airflow: 'The back-off reads the wall clock; Retry-After dates are ignored; 429 without the header stops nothing.',
    here: 'mended by one clock that only the passing of time moves, both forms of Retry-After, and a backoff where there is none.',
  },
  {
    id: 'L21',
    airflow: 'No request timeout: a half-open connection blocks the scheduler for minutes.',
    here: 'mended by a deadline for each request, and 150 s of silence for a watch.',
  },
  {
    id: 'L22',
    airflow: 'The workload’s token stands in the arguments of the pod.',
    here: 'mended by a token for one launch in an env value, worthless after its first use; no secret of ours in arguments, logs or errors.',
  },
  {
    id: 'L23',
    airflow: 'An exception while a failed pod is analysed leaves a variable unset: a crash.',
    here: 'impossible because failure details are a pure function that takes any JSON; what it cannot read counts as absent.',
  },
  {
    id: 'L24',
    airflow: 'Messages with places that are never filled in, or that are filled in wrongly.',
    here: 'impossible because a log line is a constant with its values beside it, and errors name the thing they are about.',
  },
  {
    id: 'L25',
    airflow: 'Entries of `multi_namespace_mode_namespace_list` are not trimmed: `a, b` watches ` b`.',
    here: 'mended by trimming, and by refusing what is no namespace.',
  },
  {
    id: 'N1',
    airflow: 'A callback routed to this executor raises out of the scheduler’s loop, at each restart again.',
    here: 'impossible because only tasks can be queued: anything else is refused where it is queued, and nothing of it is kept.',
  },
  {
    id: 'N2',
    airflow: 'A job that is dropped as stale leaves its attempts and retries behind.',
    here: 'impossible because a launch is one entry of one book: when the store does not want it, all of it goes.',
  },
  {
    id: 'N3',
    airflow: 'A stale check that fails leaves jobs unacknowledged, and `end()` waits for ever.',
    here: 'impossible because nothing is acknowledged: `end()` waits for creates under way, at most 20 s.',
  },
  {
    id: 'N4',
    airflow: 'Two pods of one task kill each other’s task.',
    here: 'mended by binding a launch to one uid: a second pod counts for nothing, and is deleted.',
  },
  {
    id: 'N5',
    airflow: 'An event without info erases `external_executor_id`.',
    here: 'mended by giving the job id with every event of a task that goes on.',
  },
  {
    id: 'N6',
    airflow: 'A live log is its last lines, read at an absolute position: after N lines nothing new is seen.',
    here: 'mended by `streamTaskLog`, which follows from the beginning; `getTaskLog` stays a tail and says so.',
  },
]
