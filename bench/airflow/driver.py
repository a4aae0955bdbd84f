"""Drives Airflow's KubernetesExecutor for the benchmarks: one process, one phase. README.md says what it is asked and answers."""

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from channel import Channel, Measures

PAUSE_SECONDS = 0.02
"""After a heartbeat that had nothing to do. The scheduler sleeps up to a second then."""


def main() -> None:
    channel = Channel()
    parameters = channel.parameters
    log_to(parameters["logFile"])
    die_together()
    # Only now: importing Airflow configures logging, connects to the database and takes seconds.
    from airflow.utils.session import create_session
    from driven_executor import DrivenExecutor
    from task_rows import orphaned_tasks, queued_tasks, start_job

    phase: str = parameters["phase"]
    count: int = parameters["count"]

    with create_session() as session:
        job_id = start_job(session)
        driven = DrivenExecutor(job_id)

        def workloads(name: str, tasks: int):
            return driven.workloads(queued_tasks(session, job_id=job_id, name=name, count=tasks))

        def beat_until(is_done: Callable[[], bool]) -> None:
            while not is_done():
                if not driven.heartbeat() and driven.waiting() == 0:
                    time.sleep(PAUSE_SECONDS)

        def all_created() -> bool:
            return driven.waiting() == 0

        def ended() -> int:
            return len(driven.succeeded) + len(driven.failed)

        def run_tasks(prepared, is_done: Callable[[], bool]) -> Measures:
            failed_before = len(driven.failed)
            driven.heartbeats_ms.clear()
            driven.queue(prepared, session)
            beat_until(is_done)
            heartbeats = sorted(driven.heartbeats_ms)
            return {
                "failed": len(driven.failed) - failed_before,
                "heartbeat p50 ms": heartbeats[len(heartbeats) // 2],
                "heartbeat max ms": heartbeats[-1],
            }

        warm_up: int = parameters.get("warmUp", 0)
        if phase in ("launch", "lifecycle") and warm_up > 0:
            run_tasks(workloads("warm-up", warm_up), all_created if phase == "launch" else lambda: ended() == warm_up)

        match phase:
            case "launch":
                prepared = workloads("measured", count)
                channel.phase(phase, lambda: run_tasks(prepared, all_created))
            case "lifecycle":
                prepared = workloads("measured", count)
                channel.phase(phase, lambda: run_tasks(prepared, lambda: ended() == warm_up + count))
            case _:
                raise SystemExit(f"unknown phase: {phase}")
    # Its own processes end with it; Airflow's way of stopping would first look through all its queues.
    os._exit(0)


def log_to(file: str) -> None:
    """Airflow's log goes to a file, as a scheduler's does: not through the harness. What ends the driver is said on standard error."""
    said = os.dup(2)
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.set_inheritable(said, False)

    def tell(kind, error, trace) -> None:
        sys.__excepthook__(kind, error, trace)
        os.write(said, f"{kind.__name__}: {error} (more in {file})\n".encode())

    sys.excepthook = tell


def die_together() -> None:
    """The executor's managers and its watcher would outlive a driver that is killed."""
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1
    os.register_at_fork(after_in_child=lambda: libc.prctl(set_parent_death_signal, signal.SIGKILL))


if __name__ == "__main__":
    main()
