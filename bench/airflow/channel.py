"""The driver's side of the conversation with the harness; bench/README.md has the words."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

Measures = dict[str, float]


class Channel:
    def __init__(self) -> None:
        self.parameters: dict[str, Any] = json.loads(sys.stdin.readline())
        self._out = os.fdopen(3, "w")

    def phase(self, name: str, run: Callable[[], Measures]) -> None:
        """Runs one measured phase: says that it may begin, waits, runs it, says what came out, and waits to be measured."""
        self._say({"event": "ready", "phase": name})
        self._wait()
        measures = run()
        self._say({"event": "done", "phase": name, "measures": measures})
        self._wait()

    def _say(self, message: dict[str, Any]) -> None:
        self._out.write(json.dumps(message) + "\n")
        self._out.flush()

    def _wait(self) -> None:
        if sys.stdin.readline() == "":
            raise SystemExit("the harness has gone")
