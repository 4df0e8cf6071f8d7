"""What can be read in two ways is read as the whole paste supports it, said, and decided by a setting."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading.conventions import day_first
from gex_xl.settings import DateOrder, Settings, parse_settings
from tests.reading.made_up import HEADER as CBOE_HEADER
from tests.reading.made_up import PREAMBLE, ROWS, cboe_text

HEADER = ["Root", "Strike", "Type", "Expiry", "IV", "OI"]
Cells = list[list[Any]]


def read(cells: Cells, settings: str = "") -> Chain:
    return Chain.from_cells(cells, Settings().with_changes(parse_settings(settings)))


def column(place: int, cells: list[Any]) -> Cells:
    """Contracts that differ in their strike, and in the column at `place`."""
    rows: Cells = [["ZZX", 100.0 + i, "call", "2025-04-04", 0.25, 10] for i in range(len(cells))]
    for row, cell in zip(rows, cells, strict=True):
        row[place] = cell
    return [HEADER, *rows]


def expiries(chain: Chain) -> list[str]:
    return [str(day) for day in chain.expiry[np.argsort(chain.strike)]]


# --- dates

DATES = [
    # cells, month first, day first, what auto takes, said
    (["03/04/2025"], ["2025-03-04"], ["2025-04-03"], "mdy", True),
    (["03/04/2025", "18/04/2025"], None, ["2025-04-03", "2025-04-18"], "dmy", False),
    (["03/04/2025", "04/18/2025"], ["2025-03-04", "2025-04-18"], None, "mdy", False),
    (["04/04/2025"], ["2025-04-04"], ["2025-04-04"], "mdy", False),
    # Nothing expires on a weekend: 8 March 2025 was a Saturday and 3 August a Sunday, which decides nothing;
    # 9 March 2025 was a Sunday and 3 September a Wednesday, which does.
    (["03/08/2025", "03/07/2025"], ["2025-03-08", "2025-03-07"], ["2025-08-03", "2025-07-03"], "mdy", True),
    (["03/09/2025"], ["2025-03-09"], ["2025-09-03"], "dmy", True),
    # 1 March 2025 was a Saturday, and 3 January a Friday.
    (["03/01/2025"], ["2025-03-01"], ["2025-01-03"], "dmy", True),
    (["03.04.2025"], ["2025-03-04"], ["2025-04-03"], "dmy", True),
    (["3. 4. 2025"], ["2025-03-04"], ["2025-04-03"], "dmy", True),
    (["03-04-25"], ["2025-03-04"], ["2025-04-03"], "mdy", True),
    (["2025-04-03"], ["2025-04-03"], ["2025-04-03"], "mdy", False),
    (["３/４/２０２５"], ["2025-03-04"], ["2025-04-03"], "mdy", True),
]


@pytest.mark.parametrize(("cells", "mdy", "dmy", "auto", "said"), DATES, ids=str)
def test_order_of_dates(cells: list[str], mdy: list[str] | None, dmy: list[str] | None, auto: str, said: bool) -> None:
    orders = {"mdy": mdy, "dmy": dmy}
    chain = read(column(3, cells))
    assert expiries(chain) == orders[auto]
    notes = [note for note in chain.notes if "date_order" in note]
    assert bool(notes) is said
    if said:
        other = "dmy" if auto == "mdy" else "mdy"
        assert f"date_order = {other}" in notes[0]
        assert cells[0] in notes[0] or "3/4/2025" in notes[0]
    for name, expected in orders.items():
        if expected:
            chosen = read(column(3, cells), f"date_order={name}")
            assert expiries(chosen) == expected
            assert not [note for note in chosen.notes if "date_order" in note]


def test_an_option_symbol_tells_the_order_of_dates() -> None:
    header = ["Symbol", "Expiry", "OI"]
    chain = read([header, ["ZZX250403C00100000", "03/04/2025", 1], ["ZZX250404C00100000", "04/04/2025", 1]])
    assert chain.expiry.astype(str).tolist() == ["2025-04-03", "2025-04-04"]
    assert chain.notes == ()
    crypto = read([["instrument_name", "Expiry", "OI"], ["BTC-4MAR25-90000-C", "03/04/2025", 1]])
    assert (crypto.expiry.astype(str).tolist(), crypto.notes) == (["2025-03-04"], ())
    neither = read([header, ["ZZX250403C00100000", "04/04/2025", 1]])  # a day apart is a Saturday's expiry
    assert neither.expiry.astype(str).tolist() == ["2025-04-04"]


def test_dates_that_are_none_count_as_weekends() -> None:
    """00/05/2025 has no month as it stands, and is no day of May either."""
    assert day_first(["00/05/2025", "03/09/2025"], DateOrder.AUTO)[0] is False
    assert day_first(["05/00/2025", "03/09/2025"], DateOrder.AUTO)[0] is False


def test_the_quote_time_has_the_order_of_the_expiries() -> None:
    cells = column(3, ["18/04/2025"])
    chain = read([[*cells[0], "Quote Time"], [*cells[1], "03/04/2025 10:30"]])
    assert str(chain.as_of) == "2025-04-03 10:30:00-04:00"


@pytest.mark.parametrize(
    ("setting", "day", "said"), [("", "2024-01-03", True), ("mdy", "2024-03-01", False), ("dmy", "2024-01-03", False)]
)
def test_the_date_of_a_preamble(setting: str, day: str, said: bool) -> None:
    cells = [["ZZX", "Last: 105.25", "03/01/2024 10:30"], *(row.split(",") for row in (CBOE_HEADER, *ROWS))]
    chain = read(cells, f"date_order={setting}" if setting else "")
    assert str(chain.as_of)[:10] == day
    assert any("date_order = mdy or dmy decides" in note for note in chain.notes) is said


# --- decimal marks


@pytest.mark.parametrize(
    ("cells", "point", "comma", "auto"),
    [
        (["0,25", "0,3"], None, [0.25, 0.3], "comma"),
        (["1,5", "1.234,5"], None, [1.5, 1234.5], "comma"),
        (["1 234,5", "1"], None, [1234.5, 1], "comma"),
        (["1\u00a0234,5", "1"], None, [1234.5, 1], "comma"),
        (["1’234.5", "1,234.5"], [1234.5, 1234.5], None, "point"),
        (["1,234,567", "1"], [1234567, 1], None, "point"),
        (["1,234", ".5"], [1234, 0.5], None, "point"),
        (["1,234", "0.250"], [1234, 0.25], None, "point"),
        (["1,234", "12"], [1234, 12], [1.234, 12], "either"),
        (["1.234", "12"], [1.234, 12], [1234, 12], "silent"),
        (["1,234%", "12%"], [12.34, 0.12], [0.01234, 0.12], "either"),
        ([",5", "1,2E-3"], None, [0.5, 0.0012], "comma"),
        (["$1,234", "12 €"], [1234, 12], [1.234, 12], "either"),
        (["12", "13"], [12, 13], [12, 13], "silent"),
        (["--", "13,5"], None, [np.nan, 13.5], "comma"),
    ],
    ids=str,
)
def test_decimal_marks(cells: list[str], point: list[float] | None, comma: list[float] | None, auto: str) -> None:
    table = [[*HEADER, "Bid"], *([*row, cell] for row, cell in zip(column(1, [100, 101])[1:], cells, strict=True))]
    found = read(table)
    expected = comma if auto == "comma" else point
    assert found.bid == pytest.approx(expected, nan_ok=True)
    notes = [note for note in found.notes if "decimal" in note]
    assert len(notes) == (auto in ("comma", "either"))
    assert all(("decimal = comma" in note) is (auto == "either") for note in notes)
    for setting, wanted in (("point", point), ("comma", comma)):
        if wanted:
            chosen = read(table, f"decimal={setting}")
            assert chosen.bid == pytest.approx(wanted, nan_ok=True)
            assert not [note for note in chosen.notes if "decimal" in note]
        else:
            with pytest.raises(BadInput, match=r'^bid in row \d is ".*"; expected a number; the decimal mark of this'):
                read(table, f"decimal={setting}")


def test_an_unquoted_decimal_comma_in_a_preamble_is_put_together() -> None:
    rows = [*(row.split(",") for row in (CBOE_HEADER, *ROWS))]
    chain = read([["ZZX HOLDINGS", "Dernier: 105", "25", "Variation: 1", "5"], *rows])
    assert chain.spot == 105.25
    assert '"Dernier: 105" and "25" beside it are read as one figure with a decimal comma' in chain.notes
    assert read([["ZZX HOLDINGS", "Last: 4", "697.24"], *rows]).spot == 4697.24  # a thousands separator


@pytest.mark.parametrize(
    ("written", "spot"),
    [
        ("Last: 105.25 USD", 105.25), ("Last: USD 105.25", 105.25), ("Last: 105,25 EUR", 105.25),
        ("Last: $105.25", 105.25),
        ("Last: 105.25 (+1.2%)", 105.25), ("Last: 105.25 +1.98 (+1.9%)", 105.25), ("Last: 4.697,24", 4697.24),
        ("Last: 4,697", 4697.0), ("Letzter: 105,25 €", 105.25), ("Last: 105.25 pts", 105.25), ("Last: soon", None),
        ("Last: 2024-01-07", None), ("Dernier : 4 697,24", 4697.24), ("Last: １０５.２５", 105.25),
    ],
)  # fmt: skip
def test_figures_of_a_preamble(written: str, spot: float | None) -> None:
    chain = read([["ZZX HOLDINGS", written], *(row.split(",") for row in (CBOE_HEADER, *ROWS))])
    assert chain.spot == spot


def test_a_spot_in_the_cell_beside_its_label_may_name_its_currency() -> None:
    assert read([["Last", "105.25 USD"], *(row.split(",") for row in (CBOE_HEADER, *ROWS))]).spot == 105.25


def test_a_table_with_decimal_commas_has_them_in_its_preamble() -> None:
    cells = column(4, ["0,25", "0,3"])
    assert read([["Last: 4,697"], *cells]).spot == 4.697


# --- two quote times


def test_two_quote_times_are_both_named() -> None:
    rows = [*(row.split(",") for row in (CBOE_HEADER, *ROWS))]
    first, second = "January 5, 2024 at 10:00 AM EST", "January 7, 2024 at 10:52 AM EST"
    chain = read([["ZZX", "Last: 105.25"], [first], [second], *rows])
    assert str(chain.as_of) == "2024-01-05 10:00:00-05:00"
    said = "two quote times, 2024-01-05 10:00 EST in row 2 and 2024-01-07 10:52 EST in row 3; the former is taken"
    assert any(said in note for note in chain.notes)
    for stray in ("Printed: January 9, 2024 at 10:00 AM EST", "Exported on 2024-01-09"):
        chain = read([["ZZX", "Last: 105.25"], [stray], [second], *rows])
        assert str(chain.as_of) == "2024-01-07 10:52:00-05:00"
        assert any("two quote times" in note for note in chain.notes)
    same = read([["ZZX", "Last: 105.25", "2024-01-07"], [second], *rows])
    assert (str(same.as_of), same.notes) == ("2024-01-07 10:52:00-05:00", ())


def test_a_time_below_the_table_is_good_enough_for_want_of_better() -> None:
    rows = [*(row.split(",") for row in (CBOE_HEADER, *ROWS))]
    below = [["Downloaded 2024-01-08 17:00"]]
    assert str(read([*rows, *below]).as_of) == "2024-01-08 17:00:00-05:00"
    above = [[cell] for cell in PREAMBLE]
    assert str(read([*above, *rows, *below]).as_of) == "2024-01-07 10:52:00-05:00"


@pytest.mark.parametrize("word", ["xyz", "XYZT", "mars", "ist"])
def test_an_unknown_zone_in_any_letters_is_refused(word: str) -> None:
    cells = [["ZZX", "Last: 105.25", f"2024-01-07 10:52 {word}"], *(row.split(",") for row in (CBOE_HEADER, *ROWS))]
    with pytest.raises(BadInput, match=f"the time zone {word.upper()} in"):
        read(cells)


@pytest.mark.parametrize(
    "words", ["2024-01-07 10:52 Uhr", "10:52 on 2024-01-07", "2024-01-07 10:52 h", "2024-01-07 10:52 hrs."]
)
def test_words_beside_a_clock_are_no_zones(words: str) -> None:
    cells = [["ZZX", "Last: 105.25", words], *(row.split(",") for row in (CBOE_HEADER, *ROWS))]
    assert str(read(cells).as_of) == "2024-01-07 10:52:00-05:00"


# --- unit of iv


@pytest.mark.parametrize(
    ("cells", "decimal", "percent", "auto"),
    [
        ([0.25, 0.3], [0.25, 0.3], [0.0025, 0.003], "decimal"),
        ([25, 30], [25, 30], [0.25, 0.3], "percent, said"),
        ([1.2, 1.5], [1.2, 1.5], [0.012, 0.015], "decimal, said"),
        ([0.25] * 8 + [30, 30], [0.25] * 8 + [30, 30], [0.0025] * 8 + [0.3] * 2, "decimal, said"),
        (["25%", "30%"], [0.25, 0.3], [0.25, 0.3], "signs"),
        (["25%", "--", 0], [0.25, np.nan, np.nan], [0.25, np.nan, np.nan], "signs"),
        (["25", "30"], [25, 30], [0.25, 0.3], "percent, said"),
        ([None, None], [np.nan, np.nan], [np.nan, np.nan], "decimal"),
    ],
    ids=str,
)
def test_unit_of_iv(cells: list[Any], decimal: list[float], percent: list[float], auto: str) -> None:
    found = read(column(4, cells))
    assert found.iv == pytest.approx(percent if auto.startswith("percent") else decimal, nan_ok=True)
    notes = [note for note in found.notes if note.startswith("iv ")]
    assert len(notes) == ("said" in auto or auto == "signs")
    assert read(column(4, cells), "iv_unit=decimal").iv == pytest.approx(decimal, nan_ok=True)
    assert read(column(4, cells), "iv_unit=percent").iv == pytest.approx(percent, nan_ok=True)


def test_a_title_in_percent() -> None:
    header = [*HEADER[:4], "IV %", "OI"]
    found = read([header, *column(4, [1.5, 2.0])[1:]])
    assert found.iv.tolist() == [0.015, 0.02]
    assert "the iv column is titled in percent; divided by 100" in found.notes
    assert read([header, *column(4, [0.25, 0.3])[1:]]).iv.tolist() == [0.25, 0.3]  # a worksheet shows 25 %


# --- index contracts without a root


def index(settings: str = "", symbol: str = "SPX", day: str = "2025-01-17") -> Chain:
    cells = [["Underlying", "Strike", "Type", "Expiry", "IV", "OI"], [symbol, 5000, "call", day, 0.2, 10]]
    return read(cells, settings)


def test_a_third_friday_without_a_root_settles_as_the_setting_says() -> None:
    said = "contracts of the third Friday (2025-01-17) are taken as settled at the {} (setting third_friday)"
    for chain, hour, word in ((index(), 21, "close"), (index("third_friday=open"), 14, "open")):
        assert str(chain.settlement[0]) == f"2025-01-17T{hour}:{'30' if hour == 14 else '00'}:00"
        assert said.format(word) in chain.notes[0]
    assert str(index("third_friday=open", day="2025-01-24").settlement[0]) == "2025-01-24T21:00:00"
    stock = index("third_friday=open", "AAPL")
    assert (str(stock.settlement[0]), stock.notes) == ("2025-01-17T21:00:00", ())


def test_vix_weeklys_settle_at_the_open_and_the_check_says_so() -> None:
    """Cboe: the settlement value of VIX options is a special opening quotation, of weeklys too."""
    header = ["Root", "Strike", "Type", "Expiry", "IV", "OI"]
    chain = read([header, ["VIXW", 20, "call", "2025-01-08", 0.9, 10], ["VIX", 20, "call", "2025-01-22", 0.9, 10]])
    assert chain.settlement.astype(str).tolist() == ["2025-01-08T14:30:00", "2025-01-22T14:30:00"]
    assert any("VIXW contracts settle at the open" in note for note in chain.notes)


def test_cboe_text_is_as_ever() -> None:
    assert read([line.split(",") for line in cboe_text(()).splitlines()]).notes == ()


@pytest.mark.parametrize(
    ("quoted", "settings", "first"),
    [("20/03/2025 10:30", "", "2025-04-03"), ("20/03/2025 10:30", "date_order=mdy", "2025-03-04"),
     ("03/20/2025 10:30", "", "2025-03-04"), ("20/03/2025, file of 03/20/2025", "", "2025-03-04")],
)  # fmt: skip
def test_a_date_above_the_table_tells_the_order_of_those_in_it(quoted: str, settings: str, first: str) -> None:
    cells = column(3, ["03/04/2025", "04/04/2025"])
    chain = read([["ZZX", "Spot: 100", quoted], *cells], settings)
    assert str(chain.expiry[0]) == first
    said = "dates are read day first, as 20/03/2025 above the table; date_order = mdy takes the month first"
    assert (said in chain.notes) is (first == "2025-04-03")


def test_parts_of_contracts_are_said() -> None:
    """1.234 from a page of the decimal comma is 1 234 contracts, which Excel has turned into a number by itself."""
    said = "open interest in row 2 is 1.234, which is no whole number"
    assert any(note.startswith(said) for note in read(column(5, [1.234, 12.0])).notes)
    assert any(note.startswith(said) for note in read(column(5, ["1.234", "12"])).notes)
    assert read(column(5, ["1.234", "12"]), "decimal=comma").open_interest.tolist() == [1234, 12]
    assert not any("no whole number" in note for note in read(column(5, [1234.0, ""])).notes)
    coin = [["instrument_name", "mark_iv", "open_interest"], ["BTC-27DEC24-60000-C", 55.1, 120.5]]
    assert not any("no whole number" in note for note in Chain.from_cells(coin).notes)


def test_one_iv_that_cannot_be_a_decimal_is_said() -> None:
    assert any(note.startswith("iv runs from 0.2 to 20") for note in read(column(4, [20.0, 0.2, 0.25])).notes)
