"""A few made-up contracts, and the layouts in which feeds would write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gex_xl.chain import Chain

HEADER = (
    "Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,"
    "Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest"
)
#: The two contracts of each row: call then put; figures chosen so that no two fields are alike.
ROWS = (
    "Fri Jan 19 2024,ZZX240119C00100000,1,0.1,9.5,10.5,11,0.25,0.7,0.021,1000,100.00,"
    "ZZX240119P00100000,1,0.1,1.5,2.5,12,0.27,-0.3,0.022,2000",
    "Fri Feb 16 2024,ZZX240216C00110500,1,0.1,4.5,5.5,13,0.24,0.5,0.031,3000,110.50,"
    "ZZX240216P00110500,1,0.1,6.5,7.5,14,0.26,-0.5,0.032,4000",
)
PREAMBLE = (
    "ZZX HOLDINGS,Last: 105.25,Change: 1.5",
    '"Date: January 7, 2024 at 10:52 AM EST",Bid: 104.1,Ask: 106.2,Size: 1*1,"Volume: 1,265,377"',
)


@dataclass(frozen=True)
class Contract:
    """One option as it is meant, before any feed writes it."""

    root: str = "ZZX"
    expiry: dt.date = dt.date(2024, 1, 19)
    right: str = "C"
    strike: float = 100.0
    iv: float = 0.25
    open_interest: int = 1000
    gamma: float = 0.021
    bid: float = 9.5
    ask: float = 10.5
    volume: int = 11

    @property
    def occ(self) -> str:
        return f"{self.root}{self.expiry:%y%m%d}{self.right}{round(self.strike * 1000):08d}"

    def but(self, **changes: object) -> Contract:
        return replace(self, **changes)  # type: ignore[arg-type]


def cboe_text(
    preamble: Sequence[str] = PREAMBLE, header: str = HEADER, rows: Sequence[str] = ROWS, end: str = "\n"
) -> str:
    """CBOE's quote table as text."""
    return end.join([*preamble, header, *rows, ""])


def chain_of(folder: Path, written: str | bytes, name: str = "chain.csv") -> Chain:
    """Write a file and read it."""
    file = folder / name
    file.write_bytes(written if isinstance(written, bytes) else written.encode("utf-8"))
    return Chain.from_file(file)
