"""Rows of a scheduler job and of task instances, as they are when Airflow's scheduler hands tasks to its executor."""

from airflow.jobs.job import Job
from airflow.models.dagbundle import DagBundleModel
from airflow.models.dagrun import DagRun
from airflow.models.serialized_dag import SerializedDagModel
from airflow.models.taskinstance import TaskInstance
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG
from airflow.sdk.timezone import utcnow
from airflow.serialization.definitions.dag import SerializedDAG
from airflow.serialization.serialized_objects import LazyDeserializedDAG
from airflow.utils.state import DagRunState, JobState, State, TaskInstanceState
from airflow.utils.types import DagRunTriggeredByType, DagRunType
from sqlalchemy import select, update
from sqlalchemy.orm import Session

BUNDLE = "bench"


def start_job(session: Session) -> int:
    """The job of a scheduler that begins; all others are dead, as it would find after a while."""
    session.execute(update(Job).where(Job.state == JobState.RUNNING).values(state=JobState.FAILED))
    job = Job(job_type="SchedulerJob", state=JobState.RUNNING)
    session.add(job)
    session.commit()
    return job.id


def queued_tasks(session: Session, *, job_id: int, name: str, count: int) -> list[TaskInstance]:
    """The rows of one mapped task in a run of a DAG of that name, queued by that job for their first try."""
    if session.get(DagBundleModel, BUNDLE) is None:
        session.add(DagBundleModel(name=BUNDLE))
        session.flush()
    with DAG(f"bench-{name}", schedule=None) as dag:
        BashOperator.partial(task_id="work").expand(bash_command=[f"exit 0 # {index}" for index in range(count)])
    SerializedDAG.bulk_write_to_db(BUNDLE, None, [dag], session=session)
    SerializedDagModel.write_dag(LazyDeserializedDAG.from_dag(dag), bundle_name=BUNDLE, session=session)
    session.flush()
    serialized = SerializedDagModel.get(dag.dag_id, session=session)
    run = serialized.dag.create_dagrun(
        run_id=f"manual__{utcnow().isoformat()}",
        run_after=utcnow(),
        run_type=DagRunType.MANUAL,
        triggered_by=DagRunTriggeredByType.TEST,
        state=DagRunState.RUNNING,
        session=session,
    )
    of_run = TaskInstance.dag_id == dag.dag_id, TaskInstance.run_id == run.run_id
    session.execute(
        update(TaskInstance)
        .where(*of_run)
        .values(state=TaskInstanceState.QUEUED, try_number=1, queued_by_job_id=job_id, queued_dttm=utcnow())
    )
    session.commit()
    tasks = list(session.scalars(select(TaskInstance).where(*of_run).order_by(TaskInstance.map_index)))
    if len(tasks) != count:
        raise RuntimeError(f"{len(tasks)} task instances were made instead of {count}")
    return tasks


def orphaned_tasks(session: Session) -> list[TaskInstance]:
    """The tasks of jobs that are dead, as the scheduler looks for them when it starts."""
    return list(
        session.scalars(
            select(TaskInstance)
            .where(TaskInstance.state.in_(State.adoptable_states))
            .join(TaskInstance.queued_by_job)
            .where(Job.state.is_distinct_from(JobState.RUNNING))
            .join(TaskInstance.dag_run)
            .where(DagRun.state == DagRunState.RUNNING)
        )
    )
