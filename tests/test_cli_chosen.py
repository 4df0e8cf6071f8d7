"""new, recalc and report with --symbol and --set, through the real command; figures are read back by openpyxl."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import gex_xl
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry
from gex_xl.hosts import NAMES
from gex_xl.hosts.host import host_named
from gex_xl.template import change_settings, plan
from tests.feeds import made_up
from tests.feeds.serving import command, feed, fixed

SAMPLE = Path(__file__).parents[1] / "workbook" / "sample_chain.csv"
CHANGES = {"sign": "long_calls", "unit": "usd_bn", "expiries": "<=30d", "rate": 0.04}
ARGUMENTS = [f"{key}={value}" for key, value in CHANGES.items()]


def total(file: Path, changes: dict[str, Any]) -> float:
    settings = gex_xl.Settings().with_changes(changes)
    return gex_xl.total(gex_xl.prepare(gex_xl.Chain.from_file(file, settings), settings=settings)).net


def shown_total(book: Path) -> object:
    """The total in the first panel of the first screen, in the unit chosen there."""
    return openpyxl.load_workbook(book, data_only=True)["Dashboard"]["G5"].value


def chosen(book: Path) -> dict[str, object]:
    """The sheet Settings as the user sees it, with what the selectors of the first screen say behind its links."""
    loaded = openpyxl.load_workbook(book)
    found = {}
    for _, name, held, _ in loaded["Settings"].iter_rows(
        min_row=plan.FIRST_SETTING, max_row=plan.LAST_SETTING, min_col=2, max_col=5, values_only=True
    ):
        linked = str(held).startswith("=Dashboard!")
        value = loaded["Dashboard"][str(held).rpartition("!")[2]].value if linked else held
        if name:
            found[str(name)] = SELECTED.get(value, value) if linked else value
    return found


#: Words of the first screen's lists.
SELECTED = {
    "Customer flow (default)": "customer_flow",
    "Most public tools: calls +, puts -": "long_calls",
    "Dealers short both: calls -, puts -": "short_all",
    "All": "all",
    "Up to 30 days": "<=30d",
    "USD bn per 1 %": "usd_bn",
    "USD mn per 1 %": "usd_mn",
    "Auto": "auto",
    "This workbook": "none",
}
#: A book chooses bn or mn by itself; the plain functions give USD.
DEFAULTS = {**gex_xl.Settings().as_dict(), "unit": "auto"}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A book for a host, with CHANGES in it: built once, since that takes seconds."""
    folder = tmp_path_factory.mktemp("books")

    def book(host: str) -> Path:
        made = folder / f"{host}{host_named(host).suffix}"
        if not made.exists():
            done = command("new", made.name, "--host", host, "--set", *ARGUMENTS, cwd=folder)
            assert done.returncode == 0, done.stderr
        return made

    return book


@pytest.mark.parametrize("host", ["plain", *NAMES])
def test_new_puts_settings_where_formulas_see_them(host: str, books: Callable[[str], Path]) -> None:
    assert chosen(books(host)) == {**DEFAULTS, **CHANGES}
    assert shown_total(books(host)) == pytest.approx(total(SAMPLE, CHANGES), rel=1e-12)


@pytest.mark.parametrize("host", ["plain", "lite", "classic"])
def test_recalc_changes_the_settings_that_are_named_and_no_others(
    host: str, books: Callable[[str], Path], tmp_path: Path
) -> None:
    book, out = books(host), tmp_path / f"out{host_named(host).suffix}"
    before = book.read_bytes()
    done = command("recalc", str(book), "--set", "unit=usd_mn", "rate=5%", "--out", out.name, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert book.read_bytes() == before
    wanted = {**CHANGES, "unit": "usd_mn", "rate": 0.05}
    assert chosen(out) == {**DEFAULTS, **wanted}
    assert shown_total(out) == pytest.approx(total(SAMPLE, wanted), rel=1e-12)


def test_settings_of_reading_are_those_of_the_book(tmp_path: Path) -> None:
    """1,300 is thirteen hundred unless somebody says otherwise; who has said so need not do it again."""
    header = "Root;Expiry;Type;Strike;IV;Open Interest;Underlying Price;Quote Time"
    contracts = [
        f"XYZ;2025-11-21;{right};1,{200 + 10 * step:03d};25;{100 + step};1,300;2025-10-08 11:30"
        for step in range(21)
        for right in "CP"
    ]
    (tmp_path / "comma.csv").write_text("\n".join([header, *contracts]), encoding="utf-8")
    settings = {"decimal": "comma", "iv_unit": "percent"}
    given = [f"{key}={value}" for key, value in settings.items()]
    made = command("new", "book.xlsx", "--chain", "comma.csv", "--set", *given, cwd=tmp_path)
    again = command("recalc", "book.xlsx", "--chain", "comma.csv", "--out", "again.xlsx", cwd=tmp_path)
    assert (made.returncode, again.returncode) == (0, 0), made.stderr + again.stderr
    for name in ("book.xlsx", "again.xlsx"):
        book = openpyxl.load_workbook(tmp_path / name, data_only=True)
        assert book["Dashboard"]["D1"].value == 1.3
        assert book["Dashboard"]["G5"].value == pytest.approx(
            total(tmp_path / "comma.csv", {**settings, "unit": "auto"}), rel=1e-12
        )
        assert chosen(tmp_path / name) == {**DEFAULTS, **settings}


def test_a_wrong_setting_in_a_book_can_be_mended(books: Callable[[str], Path], tmp_path: Path) -> None:
    change_settings(books("plain"), tmp_path / "book.xlsx", {"sign": "upside_down"})
    done = command("recalc", "book.xlsx", "--chain", str(SAMPLE), "--set", "sign=short_all", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    wanted = total(SAMPLE, {**CHANGES, "sign": "short_all"})
    assert shown_total(tmp_path / "book.xlsx") == pytest.approx(wanted, rel=1e-12)


@pytest.fixture(scope="module")
def old_book(books: Callable[[str], Path]) -> bytes:
    """A book of a version that had no setting named slopes."""
    package = Package(books("plain"))
    (row,) = (row for (_, row, column), value in package.values("Settings").items() if (column, value) == (3, "slopes"))
    package.write_values({"Settings": {row: {3: Entry("earlier")}}}, {})
    old = books("plain").with_name("old.xlsx")
    package.save(old)
    return old.read_bytes()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["new", "new.xlsx", "--set", "foo=1"], '"foo" is not a setting'),
        (["new", "new.xlsx", "--set", "sign"], '"sign" is not key=value'),
        (["recalc", "book.xlsx", "--set", "sign=up"], 'sign is "up"; expected customer_flow or'),
        (["recalc", "book.xlsx", "--set", "strikes==1+1"], 'strikes is "=1+1"; expected a band'),
        (["recalc", "old.xlsx", "--set", "slopes=chain"], "old.xlsx has no setting slopes on a sheet Settings"),
        (["recalc", "linked.xlsx", "--set", "rate=0.03"], "Settings!D8 holds a formula, which --set does not"),
        (["recalc", "foreign.xlsx", "--set", "sign=long_calls"], "foreign.xlsx has no setting sign"),
        (["recalc", "nowhere.xlsx", "--set", "sign=long_calls"], "nowhere.xlsx"),
        (["new", "new.xlsx", "--symbol", "ZZX"], "CBOE has no options under ZZX"),
        (["recalc", "book.xlsx", "--symbol", "ZZX"], "CBOE has no options under ZZX"),
        (["report", "--symbol", "ZZX"], "CBOE has no options under ZZX"),
        (["recalc", "book.xlsx", "--symbol", "Z Z"], '"Z Z" is no symbol'),
        (["new", "new.xlsx", "--symbol", "ZZX", "--chain", "a.csv"], "not allowed with"),
        (["report", "a.csv", "--symbol", "ZZX"], "not allowed with"),
        (["report"], "one of the arguments FILE --symbol is required"),
    ],
)
def test_bad_input_is_one_line_and_touches_nothing(
    args: list[str], said: str, books: Callable[[str], Path], old_book: bytes, tmp_path: Path
) -> None:
    (tmp_path / "book.xlsx").write_bytes(books("plain").read_bytes())
    (tmp_path / "old.xlsx").write_bytes(old_book)
    openpyxl.Workbook().save(tmp_path / "foreign.xlsx")
    linked = openpyxl.Workbook()
    linked.create_sheet("Settings")["C8"] = "rate"
    linked["Settings"]["D8"] = "=0.04+0.01"
    linked.save(tmp_path / "linked.xlsx")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with feed(fixed(b"", 404)) as server:
        done = command(*args, cwd=tmp_path, GEX_XL_CBOE_URL=server.address)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_symbol_in_place_of_a_file(books: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(books("plain").read_bytes())
    (tmp_path / "same.json").write_bytes(made_up.cboe())
    wanted = {"book.xlsx": {**CHANGES, "unit": "usd_mn"}, "new.xlsx": {"unit": "usd_mn"}}
    with feed(fixed(made_up.cboe())) as server:
        given = ("--symbol", "ZZX", "--set", "unit=usd_mn")
        runs = [
            command(*args, *given, cwd=tmp_path, GEX_XL_CBOE_URL=server.address)
            for args in (["new", "new.xlsx"], ["recalc", "book.xlsx"], ["report", "--json"])
        ]
    assert [run.returncode for run in runs] == [0, 0, 0], runs
    for run, stream in ((runs[0], runs[0].stdout), (runs[1], runs[1].stdout), (runs[2], runs[2].stderr)):
        assert "126 contracts on ZZX, spot 100.00, quoted 2024-01-08 10:30:00 New York time" in stream, run
    assert "new.xlsx: built, with the chain of ZZX in it" in runs[0].stdout
    for name, settings in wanted.items():
        assert shown_total(tmp_path / name) == pytest.approx(total(tmp_path / "same.json", settings), rel=1e-12)
    by_symbol = json.loads(runs[2].stdout)
    by_file = command("report", "same.json", "--json", "--set", "unit=usd_mn", cwd=tmp_path)
    assert by_symbol == json.loads(by_file.stdout)
