"""Drives Airflow's KubernetesExecutor for the benchmarks: one process, one phase. README.md says what it is asked and answers."""

import ctypes
import os
import signal
import traceback

from channel import Channel


def main() -> None:
    channel = Channel()
    log_file: str = channel.parameters["logFile"]
    said = log_to(log_file)
    die_together()
    try:
        # Only now: importing Airflow configures its logging and takes seconds.
        from phases import run_phase

        run_phase(channel)
        exit_code = 0
    except BaseException as error:
        traceback.print_exc()
        os.write(said, f"{type(error).__name__}: {error} (more in {log_file})\n".encode())
        exit_code = 1
    # At once: Python would wait for the watcher, and Airflow's own way of stopping looks through all its queues.
    os._exit(exit_code)


def log_to(file: str) -> int:
    """Airflow's log goes to a file, as a scheduler's does, and not through the harness. Returns what was standard error."""
    said = os.dup(2)
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    return said


def die_together() -> None:
    """The executor's managers and its watcher would outlive a driver that is killed."""
    libc = ctypes.CDLL(None)
    set_parent_death_signal = 1
    os.register_at_fork(after_in_child=lambda: libc.prctl(set_parent_death_signal, signal.SIGKILL))


if __name__ == "__main__":
    main()
