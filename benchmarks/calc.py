"""Rows on fifty formulas in LibreOffice Calc with the add-in, driven over UNO."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.dashboard import FORMULAS, formula
from benchmarks.driver import FIFTY, ONE
from benchmarks.measuring import Row, Timing
from gex_xl.engines.addresses import address
from gex_xl.errors import BadInput
from gex_xl.functions import REGISTRY
from gex_xl.hosts.libreoffice import addin as libreoffice
from gex_xl.hosts.libreoffice.program import LibreOffice, find_libreoffice, private_profile, with_addin
from tests.hosts.calc import Calc

_NO_VALUE = 32767  # #N/A, such as the flip strike of a one-sided chain
_OWN = "50 formulas of Calc's own"
_WIDTH, _HEIGHT, _LEFT = 9, 40, 24  # columns from one formula to the next; rows of an array formula; the first column
_LAST = _WIDTH * len(FORMULAS) + _LEFT


def rows(cells: list[list[Any]], contracts: int, rounds: int) -> Iterator[Row]:
    """Nothing where LibreOffice is not installed."""
    try:
        office = find_libreoffice()
    except BadInput as error:
        print(f"LibreOffice is left out: {error}")
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        libreoffice.unpack_addin(Path(folder) / "addins", libreoffice.packages_for(office.python()))
        _own_python_first(office)
        session = Calc(office, [private_profile(Path(folder) / "profile"), with_addin(Path(folder) / "addins")])
        try:
            yield from _driven(session, cells, contracts, rounds)
        finally:
            session.end()


def _own_python_first(office: LibreOffice) -> None:
    """LibreOffice's Python takes the first python3 on the path for its home: that must be the one it belongs to."""
    python = office.python()
    if python:
        os.environ["PATH"] = os.pathsep.join([str(python.path.parent), os.environ["PATH"]])


def _driven(session: Calc, cells: list[list[Any]], contracts: int, rounds: int) -> Iterator[Row]:
    """Each round types the formulas anew on a chain that has changed, then changes one cell of the chain."""
    session.open()
    session.paste(sheet="Sheet1", cell="A1", rows=cells)
    where = f"$A$1:$V${len(cells)}"
    typed: dict[str, list[float]] = {ONE: [], FIFTY: [], _OWN: []}
    changed: dict[str, list[float]] = {ONE: [], FIFTY: [], _OWN: []}
    _type(session, FIFTY, where)
    if wrong := [code for code in session.errors(sheet="Sheet1").values() if code != _NO_VALUE]:
        raise SystemExit(f"Calc shows errors: {wrong}")
    for turn in range(-1, rounds):  # the first turn starts Python inside LibreOffice, and does not count
        for n, way in enumerate(typed):
            session.clear(sheet="Sheet1", cells=f"X1:{address(_HEIGHT, _LAST)}")
            session.write(sheet="Sheet1", cell="K9", formula=str(1000 + 6 * turn + 2 * n))
            start = time.perf_counter()
            _type(session, way, where)
            _look(session, way)
            typed[way].append(time.perf_counter() - start)
            start = time.perf_counter()
            session.write(sheet="Sheet1", cell="K9", formula=str(1001 + 6 * turn + 2 * n))
            _look(session, way)
            changed[way].append(time.perf_counter() - start)
    for name, found in (("typed", typed), ("one cell of the chain changed", changed)):
        timings = {way: Timing(tuple(seconds[1:])) for way, seconds in found.items()}
        yield Row(f"a dashboard: LibreOffice Calc, {name}", contracts, timings)


def _type(session: Calc, way: str, where: str) -> None:
    """The chain's formula into X1, the others side by side into row 2, tables as array formulas."""
    if way == ONE:
        session.write(sheet="Sheet1", cell="X1", formula=f"=TOTAL_GEX({where})")
        return
    single, tables = {"X1": f"=LOAD_CHAIN({where})" if way == FIFTY else f"=COUNT({where})"}, {}
    for i, (name, rest) in enumerate(FORMULAS):
        at = _WIDTH * i + _LEFT
        text = formula(name, rest, ";").format(handle="$X$1") if way == FIFTY else f"=$X$1+{i}"
        if REGISTRY[name].may_spill:
            tables[f"{address(2, at)}:{address(_HEIGHT, at + _WIDTH - 2)}"] = text
        else:
            single[address(2, at)] = text
    session.write_many(sheet="Sheet1", formulas=single)
    session.arrays(sheet="Sheet1", formulas=tables)


def _look(session: Calc, way: str) -> None:
    """Ask for the first cell of each formula, which computes all of it,"""
    last = address(2, _LAST)
    shown = session.values(sheet="Sheet1", cells="X1" if way == ONE else f"X1:{last}")
    if not shown[0][0]:
        raise SystemExit("Calc shows no figure")
