"""Airflow's own executor, of which nothing is changed, called as its scheduler calls it."""

import time
from collections.abc import Iterable

from airflow.executors.workloads import ExecuteTask
from airflow.models.taskinstance import TaskInstance
from airflow.models.taskinstancekey import TaskInstanceKey
from airflow.providers.cncf.kubernetes.executors.kubernetes_executor import KubernetesExecutor
from airflow.utils.state import TaskInstanceState
from sqlalchemy.orm import Session


class DrivenExecutor:
    def __init__(self, job_id: int) -> None:
        self.executor = KubernetesExecutor()
        self.executor.job_id = job_id
        self.executor.start()
        self.heartbeats_ms: list[float] = []
        self.succeeded_at: dict[TaskInstanceKey, float] = {}
        """When the heartbeat was over that brought the event, in milliseconds of the epoch."""
        self.failed: set[TaskInstanceKey] = set()

    def workloads(self, tasks: Iterable[TaskInstance]) -> list[ExecuteTask]:
        """What the scheduler makes of rows: with signed tokens."""
        return [ExecuteTask.make(task, generator=self.executor.jwt_generator) for task in tasks]

    def queue(self, workloads: Iterable[ExecuteTask], session: Session) -> None:
        for workload in workloads:
            self.executor.queue_workload(workload, session=session)

    def heartbeat(self) -> bool:
        """One turn of the scheduler's loop, as far as it is the executor's. Whether it brought events."""
        began = time.perf_counter()
        self.executor.heartbeat()
        events = self.executor.get_event_buffer()
        self.heartbeats_ms.append((time.perf_counter() - began) * 1000)
        now = time.time() * 1000
        for key, event in events.items():
            if event[0] == TaskInstanceState.FAILED:
                self.failed.add(key)
            elif self._is_outcome(event):
                self.succeeded_at.setdefault(key, now)
        return len(events) > 0

    def waiting(self) -> int:
        """How many tasks have no pod yet."""
        return len(self.executor.queued_tasks) + self.executor.task_queue.qsize()

    def ended(self) -> int:
        return len(self.succeeded_at) + len(self.failed)

    def _is_outcome(self, event: tuple[str | None, object]) -> bool:
        """An event that says `queued` with the job's id is written when a task is taken. Without it, it is the state of the
        row, which nobody changes as no worker runs: the pod has succeeded."""
        return event[0] != TaskInstanceState.RUNNING and event != (
            TaskInstanceState.QUEUED,
            self.executor.scheduler_job_id,
        )
