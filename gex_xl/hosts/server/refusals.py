"""What was refused, in the log once a minute: a flood of it must not become a flood there."""

from __future__ import annotations

import logging
import time
from collections import Counter

_SECONDS = 60.0


class Refusals:
    """Counts refusals by reason; says the first at once and what came since at most once in `seconds`."""

    def __init__(self, seconds: float = _SECONDS) -> None:
        self._seconds = seconds
        self._counted: Counter[str] = Counter()
        self._said = -seconds

    def note(self, reason: str, now: float) -> str | None:
        """Count one; the line to log, None where it is too early for one. `now` in seconds of any steady clock."""
        self._counted[reason] += 1
        if now - self._said < self._seconds:
            return None
        self._said = now
        line = "refused: " + ", ".join(f"{count} x {why}" for why, count in self._counted.items())
        self._counted.clear()
        return line


_REFUSALS = Refusals()


def note_refusal(reason: str) -> None:
    """Count a refusal, and log what has been counted where a minute has passed since the last line."""
    if (line := _REFUSALS.note(reason, time.monotonic())) is not None:
        logging.getLogger("gex_xl.server").warning(line)
