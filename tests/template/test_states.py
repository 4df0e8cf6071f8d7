"""What the first screen says in every state of a chain, and that no sheet shows an error or a key."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from gex_xl.engines import Recalculation, recalculate
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.hosts.host import PLAIN
from gex_xl.template import change_settings, plan, recalculate_workbook
from gex_xl.template.settings_cells import write_inputs
from gex_xl.udfs import FUNCTIONS

from .saved import opened

Book = tuple[Path, Recalculation]
Cells = list[list[object]]
_ERROR = re.compile(r"#(NAME\?|VALUE!|REF!|DIV/0!|NUM!|N/A|SPILL!|CALC!)")
_KEYS = ("long_gamma", "short_gamma", "vol_inverted", "customer_flow", "long_calls", "usd_bn")


def shown(done: Recalculation, key: str, column: str = "words") -> object:
    """What a row of the headline shows."""
    return done.values[plan.headline(key, column).replace("$", "")]


def errors(done: Recalculation) -> set[str]:
    """Cells of the sheets that are read which hold an error; the handle of a broken chain says so where it stands."""
    hidden = (f"{plan.CALC}!", f"{plan.CHAIN}!A{plan.HANDLE_ROW}", f"{plan.EARLIER}!A{plan.HANDLE_ROW}")
    return {c for c, v in done.values.items() if _ERROR.fullmatch(str(v)) and not c.startswith(hidden)}


def only(right: str) -> Cells:
    """The registry's small made-up chain with one right left in it."""
    return [list(row) for row in EXAMPLE_CHAIN if row[2] not in ("C", "P") or row[2] == right]


def of_stock(cells: Cells) -> Cells:
    """The same chain of a stock that nobody lists."""
    return [["ZZXY" if str(cell).startswith("SPX") else cell for cell in row] for row in cells]


def test_an_ordinary_chain_says_both_conventions_and_how_sure(book: Book) -> None:
    done = book[1]
    assert done.errors == {} and errors(done) == set()
    assert shown(done, "verdict") == "Short gamma" and shown(done, "other") == "Mixed"
    assert shown(done, "filter") == "No filter: the whole chain"
    assert done.values["Dashboard!W1"] == "SYNTHETIC SAMPLE"
    assert done.values["Dashboard!B5"] == "Short gamma"


def test_a_filter_turns_the_badge_amber_and_says_what_it_leaves_out(book: Book, tmp_path: Path) -> None:
    change_settings(book[0], tmp_path / "filter.xlsx", {"expiries": "monthly"})
    done = recalculate_workbook(tmp_path / "filter.xlsx", tmp_path / "filter.xlsx", None)
    assert str(shown(done, "filter")).startswith("FILTER ON: monthly only.")
    assert done.values["Dashboard!Z2"] == "stress"
    assert errors(done) == set()


def test_a_spot_of_the_reader_is_an_override(book: Book, tmp_path: Path) -> None:
    write_inputs(book[0], tmp_path / "spot.xlsx", 5400.0, None)
    done = recalculate_workbook(tmp_path / "spot.xlsx", tmp_path / "spot.xlsx", None)
    assert shown(done, "filter") == "OVERRIDE: spot 5,400.00, the paste says 5,312.40."
    assert done.names["Spot"] == 5400.0


def test_an_empty_book_says_what_to_do_and_shows_no_error(book: Book, tmp_path: Path) -> None:
    done = recalculate_workbook(book[0], tmp_path / "empty.xlsx", [])
    assert shown(done, "verdict") == "Paste a chain"
    assert done.values["Dashboard!D1"] in ("", None, 0)
    assert errors(done) == set()


def test_a_broken_paste_is_told_with_its_cells_and_how_it_is_mended(book: Book, tmp_path: Path) -> None:
    done = recalculate_workbook(book[0], tmp_path / "broken.xlsx", [["name", "price"], ["a", 1.0]])
    assert shown(done, "verdict", "label") == "THE PASTE CANNOT BE READ"
    assert "name, price" in str(shown(done, "verdict", "note"))
    assert shown(done, "other") == "Mend the paste"
    assert shown(done, "verdict", "kind") == "bad"
    assert str(done.values["Chain!A8"]).startswith("Cannot be used")
    assert errors(done) == set()


def test_where_functions_do_not_run_the_saved_figures_stand_and_say_so(sample: Cells, tmp_path: Path) -> None:
    before = PLAIN.new(tmp_path / "book.xlsx", sample)
    dead = {name: body for name, body in FUNCTIONS.items() if name != "HEADLINE"}
    done = recalculate(tmp_path / "book.xlsx", tmp_path / "dead.xlsx", dead)
    assert shown(done, "verdict") == shown(before, "verdict") == "Short gamma"
    assert shown(done, "sure", "label") == "THE FUNCTIONS ARE NOT RUNNING"
    assert shown(done, "filter") == "NOT LIVE: selectors do nothing until the functions run"
    assert str(shown(done, "used")).startswith("Figures saved")


def test_all_expired_asks_whether_the_time_is_right(book: Book, tmp_path: Path) -> None:
    write_inputs(book[0], tmp_path / "expired.xlsx", None, "2029-12-20 09:00")
    done = recalculate_workbook(tmp_path / "expired.xlsx", tmp_path / "expired.xlsx", None)
    assert shown(done, "verdict", "note") == "All 4,518 contracts had settled at the quote time. Is the time right?"
    assert errors(done) == set()


@pytest.mark.parametrize(
    ("right", "word", "wall"), [("C", "Short gamma", "put_wall"), ("P", "Long gamma", "call_wall")]
)
def test_one_right_alone_is_half_a_chain(book: Book, tmp_path: Path, right: str, word: str, wall: str) -> None:
    done = recalculate_workbook(book[0], tmp_path / "half.xlsx", only(right))
    assert done.errors == {} and errors(done) == set()
    assert (shown(done, "verdict"), shown(done, "sure")) == (word, "Half a chain")
    assert shown(done, wall, "note") == "none in the paste"
    assert done.names["Flip_Strike"] == done.names["Zero_Gamma"] == "#N/A"


def test_a_single_name_asks_for_a_sign_until_one_is_chosen(book: Book, tmp_path: Path) -> None:
    done = recalculate_workbook(book[0], tmp_path / "stock.xlsx", of_stock(EXAMPLE_CHAIN))
    assert shown(done, "filter") == "CHOOSE A SIGN: convention not settled for ZZXY"
    change_settings(tmp_path / "stock.xlsx", tmp_path / "chosen.xlsx", {"sign": "customer_flow"})
    chosen = recalculate_workbook(tmp_path / "chosen.xlsx", tmp_path / "chosen.xlsx", None)
    assert shown(chosen, "filter") == "No filter: the whole chain"


def test_an_inverted_term_structure_is_stress(book: Book, tmp_path: Path) -> None:
    package = Package(book[0])
    rows = {row: {4: Entry(value)} for row, value in zip(plan.VIX_ROWS, (30.0, 20.0, 19.0), strict=True)}
    package.write_values({plan.SETTINGS: rows}, {})
    package.save(tmp_path / "stress.xlsx")
    done = recalculate_workbook(tmp_path / "stress.xlsx", tmp_path / "stress.xlsx", None)
    assert shown(done, "verdict") == "Stress, short gamma"
    assert shown(done, "verdict", "kind") == "stress"


def test_an_earlier_chain_fills_the_bridge_and_another_underlying_is_refused(
    book: Book, sample: Cells, tmp_path: Path
) -> None:
    earlier = [list(row) for row in sample]
    earlier[1] = ["Last: 5300.05" if str(cell).startswith("Last") else cell for cell in earlier[1]]
    earlier[2] = [str(cell).replace("October 8, 2025", "October 7, 2025") for cell in earlier[2]]
    done = recalculate_workbook(book[0], tmp_path / "earlier.xlsx", None, earlier)
    assert done.errors == {} and errors(done) == set()
    assert str(shown(done, "change", "label")).startswith("Since 7 Oct")
    assert done.values[f"Change!I{plan.SPILLS['steps'].row + 1}"] == "Then"
    other = recalculate_workbook(book[0], tmp_path / "other.xlsx", None, of_stock(EXAMPLE_CHAIN))
    assert shown(other, "change", "shown") == "unusable"
    assert errors(other) == set()


def test_readers_see_words_and_never_keys(book: Book) -> None:
    allowed = (plan.SETTINGS, plan.CHOICES, plan.FUNCTIONS, plan.CALC, plan.DAYS, plan.LEVELS)
    loaded = opened(book[0], values=True)
    seen = {
        f"{sheet.title}!{cell.coordinate}": str(cell.value)
        for sheet in loaded.worksheets
        if sheet.title not in allowed
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert not {cell: words for cell, words in seen.items() if any(key in words for key in _KEYS)}


def test_every_example_on_the_reference_sheet_works_in_the_book(book: Book, tmp_path: Path) -> None:
    column = opened(book[0])[plan.FUNCTIONS]["G"]
    own = (
        "Own_",
        "Earlier",
        "History",
        "OPTION_",
        "BOOK_TABLE",
    )  # of another book, of what is not pasted, of another chain
    examples = {cell.coordinate: str(cell.value) for cell in column if str(cell.value).startswith("=")}
    assert sorted(re.split(r"[=(]", text)[1] for text in examples.values()) == sorted(REGISTRY)
    tried = tmp_path / "tried.xlsx"
    reference = f"xl/worksheets/sheet{plan.SHEETS.index(plan.FUNCTIONS) + 1}.xml"
    some = {cell: text for cell, text in examples.items() if not any(name in text for name in own) and len(text) < 900}
    assert len(some) > 50
    with zipfile.ZipFile(book[0]) as source, zipfile.ZipFile(tried, "w") as target:
        for info in source.infolist():
            content = source.read(info).decode() if info.filename == reference else source.read(info)
            if isinstance(content, str):
                for cell, text in some.items():
                    plain = text[1:].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                    content, times = re.subn(
                        rf'<c r="{cell}"[^>]*>.*?</c>', lambda _, c=cell, f=plain: f'<c r="{c}"><f>{f}</f></c>', content
                    )
                    assert times == 1
            target.writestr(info, content)
    done = recalculate_workbook(tried, tried, None)
    assert done.errors == {}
    for cell, text in some.items():
        assert done.values[f"{plan.FUNCTIONS}!{cell}"] is not None, text


def test_a_forced_calculation_on_opening_is_not_asked_for(book: Book) -> None:
    """Without the functions at hand it would replace every figure by #NAME?."""
    with zipfile.ZipFile(book[0]) as archive:
        assert "fullCalcOnLoad" not in archive.read("xl/workbook.xml").decode()
