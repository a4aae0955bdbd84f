import { type Kysely, sql } from 'kysely'

// Plain SQL, which SQLite and PostgreSQL read alike.
const TASK_INSTANCE_ID = `
  dag_id text not null,
  run_id text not null,
  task_id text not null,
  map_index integer not null`

const STATEMENTS: readonly string[] = [
  'create table meta (name text primary key, value text not null)',
  'create table change_counter (value integer not null)',
  'insert into change_counter (value) values (0)',
  `create table dag_run (
    dag_id text not null,
    run_id text not null,
    state text not null,
    logical_date text not null,
    params text not null,
    spec text not null,
    created_at text not null,
    started_at text,
    ended_at text,
    version integer not null,
    primary key (dag_id, run_id)
  )`,
  'create index dag_run_version on dag_run (version)',
  `create table task_instance (
    ${TASK_INSTANCE_ID},
    state text,
    try_number integer not null,
    map_item text,
    launch_id text,
    infrastructure_failures integer not null,
    pod_name text,
    queued_by_job_id text,
    queued_at text,
    started_at text,
    ended_at text,
    next_try_at text,
    failure text,
    log_path text,
    version integer not null,
    primary key (dag_id, run_id, task_id, map_index),
    foreign key (dag_id, run_id) references dag_run (dag_id, run_id)
  )`,
  'create index task_instance_version on task_instance (version)',
  `create table try_outcome (
    ${TASK_INSTANCE_ID},
    try_number integer not null,
    state text not null,
    failure text,
    info text,
    launch_id text,
    infrastructure_failures integer not null,
    queued_at text,
    started_at text,
    ended_at text not null,
    primary key (dag_id, run_id, task_id, map_index, try_number)
  )`,
  `create table launch (
    id text primary key,
    ${TASK_INSTANCE_ID},
    try_number integer not null,
    number integer not null,
    pod_name text not null,
    namespace text not null,
    uid text,
    state text not null,
    token_hash text not null unique,
    token_spent_at text,
    recorded_at text not null,
    worker_started_at text,
    worker_finished_at text,
    heartbeat_at text,
    ended_at text,
    failure text,
    log_path text
  )`,
  'create index launch_task_instance on launch (dag_id, run_id, task_id, map_index, try_number)',
  // What is true of few rows is found without looking at the many that are over.
  "create index launch_current on launch (recorded_at) where state = 'current'",
  "create index task_instance_queued on task_instance (queued_by_job_id) where state = 'queued'",
  `create table xcom (${TASK_INSTANCE_ID}, value text not null, primary key (dag_id, run_id, task_id, map_index))`,
  'create table resource_version (namespace text primary key, version text not null)',
]

/** Runs, task instances, the outcome of each try, launches, results. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}
