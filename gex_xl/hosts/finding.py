"""What `gex-xl doctor` says of one thing that a host needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` is needed, whether it is there, what was `found`, and the `next_step` where it is not."""

    what: str
    there: bool
    found: str
    next_step: str = ""
