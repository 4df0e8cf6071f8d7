"""Fifty formulas over one LOAD_CHAIN in LibreOffice Calc, beside one formula over the raw range.

    uv run python -m benchmarks.calc

The chain is made up: 20 000 contracts. Each way is taken in turn, several times; medians are shown.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from hosts.calc import Calc

from gex_xl.engines.addresses import address
from gex_xl.hosts import libreoffice
from gex_xl.hosts.office import find_office, private_profile, with_addin

ROUNDS, STRIKES = 7, 500
NAMES = ("TOTAL_GEX", "FLIP_STRIKE", "ZERO_GAMMA", "CALL_WALL", "PUT_WALL")


def chain(spot: float) -> list[list[Any]]:
    """20 000 contracts: 500 strikes, two rights, twenty expiries. Another spot makes it another chain."""
    days = [f"2025-{month:02d}-{day:02d}" for month in (4, 5, 6, 7, 8) for day in (4, 11, 17, 25)]
    head = [["Synthetic", f"Spot: {spot}", "2025-03-03 11:30", None, None, None]]
    names = [["Root", "Expiry", "Type", "Strike", "IV", "Open Interest"]]
    return head + names + [
        ["SPXW", day, right, 3750.0 + 5 * k, 0.15 + abs(k - 250) / 2500, 1e3 if (right == "C") == (k > 250) else 1e2]
        for day in days
        for right in "CP"
        for k in range(STRIKES)
    ]  # fmt: skip


def main() -> None:
    office = find_office()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        work = Path(folder)
        libreoffice.unpack_addin(work / "addins", libreoffice.packages_for(office.python()))
        calc = Calc(office, [private_profile(work / "profile"), with_addin(work / "addins")])
        try:
            report(calc)
        finally:
            calc.end()


def report(calc: Calc) -> None:
    """Measure in turns and print medians with the quartiles."""
    rows = chain(5000.0)
    where = f"A1:{address(len(rows), 6)}"
    raw, fifty, changed = [], [], []
    for number in range(ROUNDS + 1):  # the first warms up
        calc.open()
        calc.paste(sheet="Sheet1", cell="A1", rows=chain(5000.0 + number / 100))
        one = typed(calc, {"J1": f"=TOTAL_GEX({where})"}, "J1:J1")
        calc.close()
        calc.open()
        calc.paste(sheet="Sheet1", cell="A1", rows=chain(5000.5 + number / 100))
        formulas = {"J1": f"=LOAD_CHAIN({where};;;J2)", "J2": "sign=customer_flow"}
        formulas |= {f"K{row}": f"={NAMES[row % 5]}($J$1)" for row in range(1, 51)}
        all_of_them = typed(calc, formulas, "K1:K50")
        again = typed(calc, {"B1": f"Spot: {5001 + number / 100}"}, "K1:K50")
        calc.close()
        if number:
            raw.append(one)
            fifty.append(all_of_them)
            changed.append(again)
    base = statistics.median(raw)
    print(f"{'20 000 contracts in Calc':<52} {'ms':>7} {'x':>6}   quartiles, ms")
    for words, found in (
        ("one TOTAL_GEX over the raw range", raw),
        ("LOAD_CHAIN and fifty formulas, typed", fifty),
        ("one input changed: all fifty again", changed),
    ):
        low, _, high = statistics.quantiles(found, n=4)
        middle = statistics.median(found)
        print(f"{words:<52} {middle * 1e3:7.0f} {middle / base:6.2f}   {low * 1e3:.0f}-{high * 1e3:.0f}")


def typed(calc: Calc, formulas: dict[str, str], watched: str) -> float:
    """Seconds from typing the formulas to having all watched values."""
    start = time.perf_counter()
    calc.write_many(sheet="Sheet1", formulas=formulas)
    values = calc.values(sheet="Sheet1", cells=watched)
    seconds = time.perf_counter() - start
    assert all(isinstance(value, float) for row in values for value in row), values
    return seconds


if __name__ == "__main__":
    main()
