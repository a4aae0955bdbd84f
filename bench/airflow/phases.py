"""What the driver can be asked to do."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from airflow.executors.workloads import ExecuteTask
from airflow.utils.session import create_session
from channel import Channel, Measures
from driven_executor import DrivenExecutor
from sqlalchemy.orm import Session
from task_rows import orphaned_tasks, queued_tasks, start_job

PAUSE_SECONDS = 0.02
"""After a heartbeat that had nothing to do."""
IDLE_SECONDS = 1.0
"""As long as the scheduler sleeps then by default."""


def run_phase(channel: Channel) -> None:
    with create_session() as session:
        phases = Phases(channel.parameters, session)
        name: str = channel.parameters["phase"]
        prepare: Callable[[], Callable[[], Measures]] = {
            "launch": phases.launch,
            "lifecycle": phases.lifecycle,
            "changes": phases.changes,
            "quiet": phases.quiet,
            "adopt": phases.adopt,
        }[name]
        channel.phase(name, prepare())


class Phases:
    """Each prepares itself, and returns what is measured."""

    def __init__(self, parameters: dict[str, Any], session: Session) -> None:
        self._parameters = parameters
        self._count: int = parameters["count"]
        self._warm_up: int = parameters.get("warmUp", 0)
        self._session = session
        self._job_id = start_job(session)
        self._driven = DrivenExecutor(self._job_id)

    def launch(self) -> Callable[[], Measures]:
        """Until no task waits for its pod."""
        self._run(self._workloads("warm-up", self._warm_up), self._all_created)
        workloads = self._workloads("measured", self._count)
        return lambda: self._run(workloads, self._all_created)

    def lifecycle(self) -> Callable[[], Measures]:
        """Until every task has its event, by when its pod is deleted."""
        self._run(self._workloads("warm-up", self._warm_up), lambda: self._driven.ended() == self._warm_up)
        workloads = self._workloads("measured", self._count)
        return lambda: self._run(workloads, lambda: self._driven.ended() == self._warm_up + self._count)

    def changes(self) -> Callable[[], Measures]:
        """Until somebody else has let every pod end: by the name of each, when its outcome came out."""
        self._run(self._workloads("measured", self._count), self._all_created)
        pods = self._running_pods()

        def measured() -> Measures:
            self._run([], lambda: self._driven.ended() == self._count)
            return {pods[key.map_index]: at for key, at in self._driven.succeeded_at.items()}

        return measured

    def quiet(self) -> Callable[[], Measures]:
        """Nothing happens for a while, and the scheduler sleeps between its heartbeats."""
        self._run(self._workloads("measured", self._count), self._all_created)
        self._running_pods()

        def measured() -> Measures:
            end = time.monotonic() + self._parameters["quietMs"] / 1000
            return self._run([], lambda: time.monotonic() >= end, pause_seconds=IDLE_SECONDS)

        return measured

    def adopt(self) -> Callable[[], Measures]:
        """The tasks of a driver that has gone are taken over with their pods."""
        tasks = orphaned_tasks(self._session)
        if len(tasks) != self._count:
            raise RuntimeError(f"there are {len(tasks)} orphaned tasks instead of {self._count}")
        return lambda: {"adopted": self._count - len(self._driven.executor.try_adopt_task_instances(tasks))}

    def _workloads(self, name: str, count: int) -> list[ExecuteTask]:
        if count == 0:
            return []
        tasks = queued_tasks(self._session, job_id=self._job_id, name=name, count=count)
        workloads = self._driven.workloads(tasks)
        # As the scheduler does after each loop: it has no use for the rows any more.
        self._session.expunge_all()
        return workloads

    def _run(
        self,
        workloads: Sequence[ExecuteTask],
        is_done: Callable[[], bool],
        *,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> Measures:
        failed_before = len(self._driven.failed)
        heartbeats = self._driven.heartbeats_ms = []
        self._driven.queue(workloads, self._session)
        while not is_done():
            if not self._driven.heartbeat() and self._driven.waiting() == 0:
                time.sleep(pause_seconds)
        measures: Measures = {"failed": len(self._driven.failed) - failed_before}
        if heartbeats:
            heartbeats.sort()
            measures["heartbeat p50 ms"] = heartbeats[len(heartbeats) // 2]
            measures["heartbeat max ms"] = heartbeats[-1]
        return measures

    def _all_created(self) -> bool:
        return self._driven.waiting() == 0

    def _running_pods(self) -> dict[int, str]:
        """The names of the pods by the map index of their tasks, when all run."""
        while True:
            pods = self._driven.executor.kube_client.list_namespaced_pod(
                "default", label_selector=f"airflow-worker={self._job_id}", field_selector="status.phase=Running"
            ).items
            if len(pods) == self._count:
                return {int(pod.metadata.annotations["map_index"]): pod.metadata.name for pod in pods}
            self._driven.heartbeat()
            time.sleep(0.1)
