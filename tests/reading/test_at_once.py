"""What is read in one step is what the careful reader reads cell by cell: figures, notes and faults alike.

The careful reader is the same one with every question of `reading/at_once.py` answered no.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading import at_once
from gex_xl.reading.files import as_typed, cells_of_csv
from gex_xl.settings import Settings
from tests.bad_inputs import CASES, chain_of
from tests.reading import vendors_abroad, vendors_us
from tests.reading.fuzzing import BOOK, KINDS, WORDS, seeds
from tests.reading.layouts_made_up import CELLS, FILES
from tests.reading.priced import world

SHARED = Path(__file__).parents[3] / "shared"
NO = {"all_there": False, "all_plain_numbers": False, "floats": None, "without": False, "texts": None, "distinct": None}
Read = Callable[[], Chain]


@contextmanager
def careful() -> Iterator[None]:
    """No column is taken for plain."""
    with pytest.MonkeyPatch.context() as patch:
        for name, no in NO.items():
            patch.setattr(at_once, name, lambda *_, no=no, **__: no)
        yield


def told(read: Read) -> dict[str, object]:
    """Everything that a reader says: each field of the chain, or the sentence of the fault."""
    try:
        found = read()
    except BadInput as fault:
        return {"fault": str(fault)}
    fields = {each.name: getattr(found, each.name) for each in dataclasses.fields(found)}
    return {name: _comparable(value) for name, value in fields.items()}


def _comparable(value: object) -> object:
    if not isinstance(value, np.ndarray):
        return value
    return value.dtype.kind, value.tobytes() if value.dtype.kind in "fiMb" else value.tolist()


def assert_same(read: Read) -> None:
    fast = told(read)
    with careful():
        slow = told(read)
    assert fast.keys() == slow.keys()
    assert [name for name in fast if fast[name] != slow[name]] == []


def test_the_careful_reader_answers_every_question_with_no() -> None:
    public = {name for name, value in vars(at_once).items() if callable(value) and value.__module__ == at_once.__name__}
    assert {name for name in public if not name.startswith("_")} - {"Column"} == NO.keys()


FORMATS = {name: ("us", file, writer) for name, (file, writer, *_) in vendors_us.FORMATS.items()}
FORMATS |= {name: (market, file, writer) for name, (market, file, writer, *_) in vendors_abroad.FORMATS.items()}


@pytest.mark.parametrize("name", FORMATS)
def test_every_vendors_format(name: str, tmp_path: Path) -> None:
    market, file, writer = FORMATS[name]
    path = tmp_path / file
    path.write_text(writer(world(market, 1)), encoding="utf-8")
    assert_same(lambda: Chain.from_file(path))


@pytest.mark.parametrize("number", range(len(seeds())))
def test_every_made_up_file(number: int, tmp_path: Path) -> None:
    seed = seeds()[number]
    path = tmp_path / f"chain.{KINDS[seed[0]]}"
    path.write_bytes(seed[1:])
    assert_same(lambda: Chain.from_file(path))


@pytest.mark.parametrize("case", CASES)
def test_every_known_mistake(case: str) -> None:
    cells = chain_of(CASES[case]["chain"])
    assert_same(lambda: Chain.from_cells(cells))


@pytest.mark.parametrize("folder", ["chains", "pastes", "faults"])
def test_every_file_beside_the_project(folder: str) -> None:
    files = sorted(each for each in (SHARED / folder).glob("*") if each.suffix not in (".md", ".png"))
    if not files:
        pytest.skip(f"third-party data: no ../shared/{folder} here")
    for file in files:
        assert_same(lambda file=file: Chain.from_file(file))  # type: ignore[misc]
        if file.suffix == ".csv":
            cells = as_typed(cells_of_csv(file.read_text(encoding="utf-8-sig", errors="replace")))
            assert_same(lambda cells=cells: Chain.from_cells(cells))  # type: ignore[misc]


CELL = st.one_of(
    st.sampled_from(
        [*WORDS, "", " ", None, True, False, 0.0, -1.0, 1, float("nan"), float("inf"), 10**400, "12%", "1.5K"]
    ),
    st.text(max_size=12),
    st.floats(),
    st.integers(),
    st.just([1.0]),
)
EDITS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 25), CELL), max_size=4)
SETTINGS: st.SearchStrategy[dict[str, str]] = st.sampled_from(
    [{}, {"decimal": "comma"}, {"decimal": "point"}, {"date_order": "dmy"}, {"iv_unit": "percent"}]
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(list(CELLS)), st.booleans(), EDITS, SETTINGS)
def test_a_table_of_which_any_cell_may_be_anything(
    layout: str, typed: bool, edits: list[tuple[int, int, object]], chosen: dict[str, str]
) -> None:
    rows: list[list[object]] = [list(row) for row in CELLS[layout](BOOK)]
    rows = [list(row) for row in as_typed(rows)] if typed else rows
    for i, j, cell in edits:
        row = rows[i % len(rows)]
        row[j % max(len(row), 1) : j % max(len(row), 1) + 1] = [cell]
    assert_same(lambda: Chain.from_cells(rows, Settings().with_changes(chosen)))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.integers(0, 10**6), st.sampled_from(WORDS))
def test_a_file_of_which_any_place_may_hold_anything(name: str, place: int, word: str) -> None:
    text = FILES[name](BOOK)
    at = place % len(text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.json"
        path.write_text(text[:at] + word + text[at + 1 :], encoding="utf-8", errors="replace")
        assert_same(lambda: Chain.from_file(path))


COLUMN = st.one_of(
    st.lists(st.floats()),
    st.lists(st.one_of(st.floats(), st.none())),
    st.lists(st.integers().map(str)),
    st.lists(st.sampled_from(["1", "", "2.5", "-3", "1e3", "4_0", "5%", "-", "n/a", "1,5", "1.5", " 7", "٣", "inf"])),
    st.lists(CELL.filter(lambda cell: not isinstance(cell, list))),
)


@settings(max_examples=300, deadline=None)
@given(COLUMN, st.booleans(), st.booleans())
def test_a_column_of_numbers(cells: list[object], comma: bool, needed: bool) -> None:
    from gex_xl.reading.values import numbers

    rows = np.arange(1, len(cells) + 1)

    def read() -> object:
        try:
            return numbers(cells, rows, "volume", needed=needed, comma=comma).tobytes()
        except BadInput as fault:
            return str(fault)

    fast = read()
    with careful():
        assert fast == read()
