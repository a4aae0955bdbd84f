"""Airflow's own executor, called as its scheduler calls it. Of the class nothing is changed; its event buffer is a dict that looks at the clock."""

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
        self.succeeded: set[TaskInstanceKey] = set()
        self.failed: set[TaskInstanceKey] = set()
        self.buffered_at: dict[TaskInstanceKey, int] = {}
        """When an outcome was in the event buffer, in microseconds of the epoch."""
        self.returned_at: dict[TaskInstanceKey, int] = {}
        """When the scheduler had it, after the heartbeat."""
        self._watch_buffer()

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
        returned_at = now_us()
        self._watch_buffer()
        for key, event in events.items():
            if not self.is_outcome(event):
                continue
            self.returned_at.setdefault(key, returned_at)
            (self.failed if event[0] == TaskInstanceState.FAILED else self.succeeded).add(key)
        return len(events) > 0

    def waiting(self) -> int:
        """How many tasks have no pod yet."""
        return len(self.executor.queued_tasks) + self.executor.task_queue.qsize()

    def is_outcome(self, event: tuple[str | None, object]) -> bool:
        """An event that says `queued` with the job's id is written when a task is taken. Without it, it is the state of the
        row, which nobody changes as no worker runs: the pod has succeeded."""
        return event[0] != TaskInstanceState.RUNNING and event != (
            TaskInstanceState.QUEUED,
            self.executor.scheduler_job_id,
        )

    def _watch_buffer(self) -> None:
        self.executor.event_buffer = _TimedBuffer(self)


class _TimedBuffer(dict):
    def __init__(self, driven: DrivenExecutor) -> None:
        super().__init__()
        self._driven = driven

    def __setitem__(self, key, event) -> None:
        super().__setitem__(key, event)
        if self._driven.is_outcome(event):
            self._driven.buffered_at.setdefault(key, now_us())


def now_us() -> int:
    return time.time_ns() // 1000
