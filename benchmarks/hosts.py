"""Rows on fifty formulas over one chain, where they are calculated."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.chains import book
from benchmarks.measuring import Row, Timing, measure
from gex_xl import udfs
from gex_xl.engines import recalculate
from gex_xl.engines.addresses import address
from gex_xl.errors import BadInput
from gex_xl.functions import REGISTRY
from gex_xl.hosts import libreoffice
from gex_xl.hosts.office import Office, find_office, private_profile, with_addin
from gex_xl.memory import forget
from tests.hosts.calc import Calc

Cells = list[list[Any]]
_FUNCTIONS = (
    "TOTAL_GEX", "FLIP_STRIKE", "ZERO_GAMMA", "CALL_WALL", "PUT_WALL", "REGIME", "REGIME_TRIGGERS", "GEX_LEVELS",
    "GEX_PER_STRIKE", "GEX_BY_EXPIRY", "GAMMA_PROFILE", "CHAIN_STATUS", "CHAIN_CHECK",
)  # fmt: skip
_SETTINGS = ("", "unit=usd_bn", "sign=long_calls", "unit=shares; flip_pick=nearest")
#: Function and settings of each of the fifty cells: what a dashboard and three variants of it show.
FORMULAS = [(name, settings) for settings in _SETTINGS for name in _FUNCTIONS][:50]
_ONE, _FIFTY, _NONE = "one formula on the range", "LOAD_CHAIN and 50 formulas", "no formula of ours"
_WIDTH, _HEIGHT = 9, 40  # columns from one formula to the next; rows of an array formula in Calc


def fifty(chain: object) -> None:
    """All the formulas, each with the chain as its argument."""
    for name, settings in FORMULAS:
        udfs.FUNCTIONS[name](chain, None, None, settings or None)


def rows(contracts: int, rounds: int) -> Iterator[Row]:
    """The first way is one formula on the raw range; the others are how many times that."""
    cells = book(contracts).cells()
    few = max(3, rounds // 3)
    yield from plain(cells, contracts, few)
    yield from embedded(cells, contracts, few)
    # Last, since it changes the environment.
    yield from calc(cells, contracts, few)


def plain(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """The functions called from Python, as every host calls them."""
    load, total = udfs.FUNCTIONS["LOAD_CHAIN"], udfs.FUNCTIONS["TOTAL_GEX"]
    handle = load(cells)
    ways = {
        _ONE: _anew(lambda: total(cells)),
        _FIFTY: _anew(lambda: fifty(load(cells))),
        "50 formulas on the handle, chain in memory": _anew(lambda: fifty(handle)),
        "50 formulas on the range": _anew(lambda: fifty(cells)),
        "50 formulas on the handle once more": lambda: fifty(handle),
    }
    yield measure("a dashboard: the functions alone", contracts, ways, rounds=rounds)


def embedded(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """The embedded engine: a workbook read, calculated and written."""
    with tempfile.TemporaryDirectory() as folder:
        books = {name: Path(folder) / f"{i}.xlsx" for i, name in enumerate((_ONE, _FIFTY, _NONE))}
        write_book(books[_ONE], cells, ["=TOTAL_GEX({range})"])
        write_book(books[_FIFTY], cells, ["=LOAD_CHAIN({range})", *map(_formula, FORMULAS)])
        write_book(books[_NONE], cells, ["=1+1"])
        out = Path(folder) / "out.xlsx"

        def calculated(source: Path) -> Callable[[], object]:
            return _anew(lambda: recalculate(source, out, udfs.FUNCTIONS))

        wrong = recalculate(books[_FIFTY], out, udfs.FUNCTIONS).errors
        if wrong:
            raise SystemExit(f"the embedded engine: {wrong}")
        ways = {name: calculated(path) for name, path in books.items()}
        yield measure("a dashboard: the embedded engine, files read and written", contracts, ways, rounds=rounds)


def calc(cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """LibreOffice Calc with the add-in, driven over UNO; nothing where it is not installed."""
    try:
        office = find_office()
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


def _own_python_first(office: Office) -> None:
    """LibreOffice's Python takes the first python3 on the path for its home: that must be the one it belongs to."""
    python = office.python()
    if python:
        os.environ["PATH"] = os.pathsep.join([str(python.path.parent), os.environ["PATH"]])


def _driven(session: Calc, cells: Cells, contracts: int, rounds: int) -> Iterator[Row]:
    """Each round types the formulas anew on a chain that has changed, then changes one cell of the chain."""
    session.open()
    session.paste(sheet="Sheet1", cell="A1", rows=cells)
    where = f"$A$1:$V${len(cells)}"
    first: dict[str, list[float]] = {_ONE: [], _FIFTY: []}
    later: dict[str, list[float]] = {_ONE: [], _FIFTY: []}
    for turn in range(-1, rounds):  # the first turn starts Python inside LibreOffice, and does not count
        for n, name in enumerate((_ONE, _FIFTY)):
            session.clear(sheet="Sheet1", cells="X1:XFD60")
            session.write(sheet="Sheet1", cell="K9", formula=str(1000 + 4 * turn + 2 * n))
            start = time.perf_counter()
            _type(session, name, where)
            first[name].append(time.perf_counter() - start)
            start = time.perf_counter()
            session.write(sheet="Sheet1", cell="K9", formula=str(1001 + 4 * turn + 2 * n))
            _look(session, name)
            later[name].append(time.perf_counter() - start)
    for name, found in (("typed", first), ("one cell of the chain changed", later)):
        timings = {way: Timing(tuple(seconds[1:])) for way, seconds in found.items()}
        yield Row(f"a dashboard: LibreOffice Calc, {name}", contracts, timings)


def _type(session: Calc, name: str, where: str) -> None:
    if name == _ONE:
        session.write(sheet="Sheet1", cell="X1", formula=f"=TOTAL_GEX({where})")
    else:
        session.write(sheet="Sheet1", cell="X1", formula=f"=LOAD_CHAIN({where})")
        for i, one in enumerate(FORMULAS):
            text, at = _formula(one).format(handle="$X$1").replace(",", ";"), _WIDTH * i + 24
            if REGISTRY[one[0]].may_spill:
                area = f"{address(2, at)}:{address(_HEIGHT, at + _WIDTH - 2)}"
                session.array(sheet="Sheet1", cells=area, formula=text)
            else:
                session.write(sheet="Sheet1", cell=address(2, at), formula=text)
    _look(session, name)


def _look(session: Calc, name: str) -> None:
    """Ask for every cell, as a screen would, and stop where one shows an error."""
    last = address(_HEIGHT, _WIDTH * 50 + 24)
    shown = session.values(sheet="Sheet1", cells="X1" if name == _ONE else f"X1:{last}")
    if not shown[0][0] or (name == _FIFTY and not shown[1][0]):
        raise SystemExit("Calc shows no figure")


def write_book(path: Path, cells: Cells, formulas: list[str]) -> None:
    """A workbook of two sheets: the chain, and the formulas side by side, the first one in A1."""
    with xlsxwriter.Workbook(path, {"use_future_functions": False}) as out:
        chain, sheet = out.add_worksheet("Chain"), out.add_worksheet("Dashboard")
        for i, row in enumerate(cells):
            chain.write_row(i, 0, row)
        where = f"Chain!$A$1:$V${len(cells)}"
        for i, formula in enumerate(formulas):
            text = formula.format(range=where, handle="$A$1")
            sheet.write_dynamic_array_formula(0, _WIDTH * i, 0, _WIDTH * i, text)


def _formula(one: tuple[str, str]) -> str:
    name, settings = one
    return f'={name}({{handle}},,,"{settings}")' if settings else f"={name}({{handle}})"


def _anew(do: Callable[[], object]) -> Callable[[], object]:
    def way() -> None:
        forget()  # leave nothing that an earlier calculation has found
        do()

    return way
