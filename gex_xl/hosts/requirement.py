"""What `gex-xl doctor` says of one thing that a host needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requirement:
    """`what` is needed, whether it is there, what was `found`, and the `next_step` where it is not. `there` is None for
    what cannot be seen from outside the host.
    """

    what: str
    there: bool | None
    found: str
    next_step: str = ""
