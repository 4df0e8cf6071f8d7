"""Calls | strike | puts, in the vintages of CBOE's quote table and as people rearrange it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from tests.reading.made_up import HEADER, PREAMBLE, ROWS, cboe_text, chain_of

EST = dt.timezone(dt.timedelta(hours=-5))
QUOTED = dt.datetime(2024, 1, 7, 10, 52, tzinfo=EST)


def assert_made_up_contracts(chain: Chain) -> None:
    """The four contracts of made_up.ROWS, every field in its place."""
    assert chain.layout == "calls | strike | puts"
    assert chain.symbol == "ZZX"
    assert chain.expiry.astype(str).tolist() == ["2024-01-19"] * 2 + ["2024-02-16"] * 2
    assert chain.is_call.tolist() == [True, False, True, False]
    assert chain.strike.tolist() == [100, 100, 110.5, 110.5]
    assert chain.open_interest.tolist() == [1000, 2000, 3000, 4000]
    assert chain.iv.tolist() == [0.25, 0.27, 0.24, 0.26]
    assert chain.gamma.tolist() == [0.021, 0.022, 0.031, 0.032]
    assert chain.delta.tolist() == [0.7, -0.3, 0.5, -0.5]
    assert chain.bid.tolist() == [9.5, 1.5, 4.5, 6.5]
    assert chain.ask.tolist() == [10.5, 2.5, 5.5, 7.5]
    assert chain.volume.tolist() == [11, 12, 13, 14]
    assert np.isnan(chain.multiplier).all()
    assert not chain.has_dealer_position


PREAMBLES = {
    "as CBOE writes it today": PREAMBLE,
    "a blank line first": ("", *PREAMBLE),
    "three stray lines first": ("exported by hand", "", ",,,", *PREAMBLE),
    "date before price": (PREAMBLE[1], PREAMBLE[0]),
    "date quoted, with a comma instead of at": (PREAMBLE[0], '"Date: January 7 2024, 10:52 AM EST",Bid: 104.1'),
    "date not quoted": (PREAMBLE[0], "Date: January 7, 2024 at 10:52 AM EST,Bid: 104.1,Ask: 106.2,Size: 1*1"),
    "a.m.": (PREAMBLE[0], '"Date: January 7, 2024 at 10:52 a.m. EST",Bid: 104.1,Ask: 106.2'),
    "legacy": ("ZZX (ZZX HOLDINGS),105.25,1.98", "Jan 07 2024 @ 10:52 ET,Bid,104.1,Ask,106.2,Size,0x0,Vol,746"),
    "labels in cells of their own": ("ZZX,Bid,104.1,Last,105.25", "Date,2024-01-07 10:52"),
    "bid and ask before last": ("ZZX,Bid: 104.1,Ask: 106.2,Last: 105.25", '"Date: January 7, 2024 at 10:52 AM EST"'),
    "German": ("ZZX HOLDINGS,Letzter: 105.25,Änderung: 1.5", '"Datum: 7. Januar 2024 um 10:52 GMT-5",Geld: 104.1'),
    "French": ("ZZX HOLDINGS,Dernier : 105.25,Variation : 1.5", "Date : 7 janvier 2024 à 10:52 UTC−5,Offre : 104.1"),
    "Spanish": ("ZZX HOLDINGS,Último: 105.25,Cambio: 1.5", '"Fecha: 7 de enero de 2024, 10:52 GMT-5",Oferta: 104.1'),
    "Italian": ("ZZX HOLDINGS,Ultimo: 105.25,Var: 1.5", "Data: 7 gennaio 2024 alle ore 10:52 GMT-5,Denaro: 104.1"),
    "Portuguese": ("ZZX HOLDINGS,Último: 105.25", "Data: 7 de janeiro de 2024 às 10:52 GMT-5,Compra: 104.1"),
    "Dutch": ("ZZX HOLDINGS,Laatste: 105.25,Verschil: 1.5", "Datum: 7 januari 2024 om 10:52 GMT-5,Bieden: 104.1"),
    "Polish": ("ZZX HOLDINGS,Ostatnia: 105.25,Zmiana: 1.5", "Data: 7 stycznia 2024 10:52 GMT-5,Kupno: 104.1"),
    "Russian": ("ZZX HOLDINGS,Последняя: 105.25,Изм: 1.5", '"Дата: 7 января 2024 г., 10:52 GMT-5",Спрос: 104.1'),
    "Chinese": ("ZZX HOLDINGS,最新价：105.25,涨跌：1.5", "日期：2024年1月7日 10:52 GMT-5,买价：104.1"),
    "decimal comma": ('"ZZX HOLDINGS","Letzter: 105,25","Änderung: 1,5"', '"Datum: 7. Januar 2024 um 10:52 GMT-5"'),
    "German, date first": ("Datum: 7. Januar 2024 um 10:52 GMT-5,Geld: 104.1,Brief: 106.2", "ZZX,Letzter: 105.25"),
    "German, one line": ("ZZX,Eröffnung: 103,Geld: 104.1,Letzter: 105.25", "Datum: 7. Januar 2024 um 10:52 GMT-5"),
    "Danish, date first": ('"Dato: 7. januar 2024 kl. 10.52 GMT-5",Køb: 104.1,Salg: 106.2', "ZZX,Sidste: 105.25"),
    "Turkish, date first": ("Tarih: 7 Ocak 2024 10:52 GMT-5,Alış: 104.1,Satış: 106.2", "ZZX,Son: 105.25,Fark: 1.5"),
    "Japanese": ("ZZX HOLDINGS,現在値：105.25", "日付：2024年1月7日 10時52分 GMT-5,買気配：104.1"),
    "Korean": ("ZZX HOLDINGS,현재가: 105.25", "날짜: 2024년 1월 7일 오전 10:52 GMT-5,매수: 104.1"),
    "a stray line with a day": ("exported on 2024-01-10", *PREAMBLE),
    "spot without a label": ("ZZX HOLDINGS,105.25", '"January 7, 2024 at 10:52 AM EST"'),
    "spot as a sum of money": ("ZZX HOLDINGS,Last: $105.25", '"January 7, 2024 at 10:52 AM EST"'),
}


@pytest.mark.parametrize("preamble", PREAMBLES.values(), ids=PREAMBLES)
def test_preamble(preamble: tuple[str, ...], tmp_path: Path) -> None:
    chain = chain_of(tmp_path, cboe_text(preamble))
    assert_made_up_contracts(chain)
    assert chain.spot == 105.25
    assert chain.as_of == QUOTED
    assert chain.left_out == ()
    assert "row" in chain.spot_from
    assert "row" in chain.as_of_from
    assert chain.row.tolist() == [len(preamble) + 2] * 2 + [len(preamble) + 3] * 2


def test_five_lines_of_preamble_and_blank_lines_between(tmp_path: Path) -> None:
    chain = chain_of(tmp_path, cboe_text(("", "notes", *PREAMBLE, ""), rows=(ROWS[0], "", ",,,,,,", ROWS[1], "")))
    assert_made_up_contracts(chain)
    assert (chain.spot, chain.as_of) == (105.25, QUOTED)
    assert chain.row.tolist() == [7, 7, 10, 10]
    assert chain.rows == len(chain) == 4


def test_no_preamble(tmp_path: Path) -> None:
    chain = chain_of(tmp_path, cboe_text(()))
    assert_made_up_contracts(chain)
    assert (chain.spot, chain.as_of) == (None, None)


@pytest.mark.parametrize("spot", ["Bid: 104.1,Ask: 106.2,Size: 103*1", "Change: 105", "Volume: 105"])
def test_bid_ask_change_and_volume_are_never_the_spot(spot: str, tmp_path: Path) -> None:
    assert chain_of(tmp_path, cboe_text((f"ZZX,{spot}",))).spot is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("04/01/2024 10:52", dt.date(2024, 1, 4)),  # as the first of April it would be after the first expiry
        ("01/04/2024 10:52", dt.date(2024, 1, 4)),
        ("07.01.2024 10:52", dt.date(2024, 1, 7)),
        ("18/01/2024 10:52", dt.date(2024, 1, 18)),
    ],
)
def test_a_numeric_quote_date_is_read_as_the_one_near_the_first_expiry(
    written: str, expected: dt.date, tmp_path: Path
) -> None:
    chain = chain_of(tmp_path, cboe_text((f"ZZX,Last: 105.25,{written}",)))
    assert chain.as_of is not None
    assert chain.as_of.date() == expected


def test_a_date_without_a_clock_says_so(tmp_path: Path) -> None:
    chain = chain_of(tmp_path, cboe_text(("ZZX,Last: 105.25", '"January 8, 2024"')))
    assert chain.as_of == dt.datetime(2024, 1, 8, 16, tzinfo=EST)
    assert "16:00 New York taken" in chain.as_of_from


FILES = {
    "line feeds": (cboe_text().encode(), "chain.csv"),
    "CRLF": (cboe_text(end="\r\n").encode(), "chain.csv"),
    "carriage returns": (cboe_text(end="\r").encode(), "chain.csv"),
    "byte-order mark": (b"\xef\xbb\xbf" + cboe_text().encode(), "chain.csv"),
    "utf-16": (cboe_text().encode("utf-16"), "chain.csv"),
    "utf-16 big-endian": (b"\xfe\xff" + cboe_text().encode("utf-16-be"), "chain.csv"),
    "cp1252": (cboe_text(("Société ZZX,Last: 105.25", PREAMBLE[1])).encode("cp1252"), "chain.csv"),
    "no extension": (cboe_text().encode(), "chain"),
    "txt": (cboe_text().encode(), "chain.txt"),
    "tabs": (cboe_text(PREAMBLE[:1]).replace(",", "\t").encode(), "chain.tsv"),
    "semicolons": (cboe_text(PREAMBLE[:1]).replace(",", ";").encode(), "chain.csv"),
    "header without dat preamble": (cboe_text(("ZZX,105.25,1.5",), end="\r\n").encode(), "chain.dat"),
}


@pytest.mark.parametrize(("raw", "name"), FILES.values(), ids=FILES)
def test_files(raw: bytes, name: str, tmp_path: Path) -> None:
    chain = chain_of(tmp_path, raw, name)
    assert_made_up_contracts(chain)
    assert chain.spot == 105.25


def test_legacy_dat(tmp_path: Path) -> None:
    header = HEADER.replace("Open Interest", "Open Int").replace("Volume", "Vol")
    rows = [r.replace("Fri Jan 19 2024", "01/19/2024").replace("Fri Feb 16 2024", "02/16/2024") for r in ROWS]
    preamble = ("ZZX (ZZX HOLDINGS),105.25,1.98", "Jan 07 2024 @ 10:52 ET,Bid,104.1,Ask,106.2,Size,0x0,Vol,7464")
    chain = chain_of(tmp_path, cboe_text(preamble, header, rows, "\r\n"), "zzx.dat")
    assert_made_up_contracts(chain)
    assert (chain.spot, chain.as_of) == (105.25, QUOTED)


@pytest.mark.parametrize("mark", ["\t", ";", ",", "|"])
def test_one_column_of_text(mark: str) -> None:
    lines = [line.replace(",", mark) for line in cboe_text(PREAMBLE[:1]).splitlines()]
    chain = Chain.from_cells([[line] for line in lines])
    assert_made_up_contracts(chain)
    assert chain.spot == 105.25
    assert_made_up_contracts(Chain.from_cells([[line, None, ""] for line in lines]))


def test_typed_cells_of_a_range() -> None:
    """Numbers, real dates and blanks to the right, as a worksheet holds a paste."""

    def typed(cell: str) -> object:
        try:
            return float(cell)
        except ValueError:
            return dt.datetime.strptime(cell, "%a %b %d %Y") if " 2024" in cell else cell

    rows = [[typed(cell) for cell in row.split(",")] + [None, ""] for row in ROWS]
    head = [["ZZX", "Last", 105.25, None], [None], [dt.datetime(2024, 1, 7, 10, 52)], [*HEADER.split(","), None]]
    chain = Chain.from_cells([*head, *rows, [None] * 24])
    assert_made_up_contracts(chain)
    assert (chain.spot, chain.as_of) == (105.25, QUOTED)
    serials = [[[45310.0, 45338.0][i], *row[1:]] for i, row in enumerate(rows)]
    head[2] = [45298 + 652 / 1440]
    chain = Chain.from_cells([*head, *serials])
    assert_made_up_contracts(chain)
    assert (chain.spot, chain.as_of) == (105.25, QUOTED)


@pytest.mark.parametrize("spot", [45250.5, "45250.5", "Last: 45250.5"])
def test_an_index_at_45_000_is_a_price_and_no_date(spot: object) -> None:
    rows: list[list[object]] = [
        ["2024-01-19", k, 5, 0.2, k, 5, 0.2] for k in (45000.0, 45500.0)
    ]  # strikes that are serials of 2023 and 2024, too
    cells = [["DJX", spot], ["Expiry", "Gamma", "Open Interest", "IV", "Strike", "Open Interest", "IV"], *rows]
    chain = Chain.from_cells(cells)
    assert (chain.spot, chain.as_of) == (45250.5, None)


# --- below the header


def test_reordered_and_extra_columns() -> None:
    header = ["Note", "OI", "IV", "Gamma", "Theo", "Strike", "Expiration", "IV", "Junk", "OI", "Gamma"]
    rows = [["x", 10, 0.2, 0.01, 5, 100, "2024-01-19", 0.3, "?", 20, 0.02]]
    chain = Chain.from_cells([header, *rows])
    assert chain.open_interest.tolist() == [10, 20]
    assert chain.iv.tolist() == [0.2, 0.3]
    assert chain.gamma.tolist() == [0.01, 0.02]
    assert chain.is_call.tolist() == [True, False]
    assert np.isnan(chain.bid).all()


def test_puts_on_the_left() -> None:
    header = ["Expiry", "Puts", "OI", "Strike", "Calls", "OI"]
    chain = Chain.from_cells([header, ["2024-01-19", "ZZX240119P00100000", 7, 100, "ZZX240119C00100000", 9]])
    assert dict(zip(chain.is_call.tolist(), chain.open_interest.tolist(), strict=True)) == {True: 9.0, False: 7.0}


def test_expiry_from_the_symbols_alone() -> None:
    header = ["Calls", "IV", "OI", "Strike", "Puts", "IV", "OI"]
    chain = Chain.from_cells([header, ["ZZX240119C00100000", 0.2, 9, 100, "ZZX240119P00100000", 0.3, 7]])
    assert chain.expiry.astype(str).tolist() == ["2024-01-19"] * 2
    assert chain.root.tolist() == ["ZZX", "ZZX"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [('"1,897"', 1897.0), ("1897", 1897.0), ("1.897e3", 1897.0), ("--", None), ("", None), ('" 1,897 "', 1897.0)],
)
def test_open_interest_as_it_is_written(written: str, expected: float | None, tmp_path: Path) -> None:
    chain = chain_of(tmp_path, cboe_text(rows=(ROWS[0].replace(",1000,", f",{written},"),)))
    assert chain.open_interest.tolist()[1] == 2000
    first = chain.open_interest.tolist()[0]
    assert first == expected or (expected is None and np.isnan(first))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (",1000,", ",n/a,", 'open interest in row 4 is "n/a"; expected a number'),
        (",1000,", ",-5,", "open interest in row 4 is -5; expected 0 or more"),
        (",100.00,", ",x,", 'strike in row 4 is "x"; expected a number'),
        (",100.00,", ",0,", "strike in row 4 is 0; expected a number above 0"),
        (",0.25,", ",high,", 'iv in row 4 is "high"; expected a number'),
        ("Fri Jan 19 2024,ZZX240119C00100000", "soon,x", 'expiry in row 4 is "soon"; expected a date'),
    ],
)  # fmt: skip
def test_bad_cells(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    row = ROWS[0].replace(old, new).replace("ZZX240119P00100000", "" if "soon" in new else "ZZX240119P00100000")
    with pytest.raises(BadInput) as error:
        chain_of(tmp_path, cboe_text(rows=(ROWS[1], row)).replace(f"{ROWS[1]}\n", ""))
    assert str(error.value) == sentence


def test_iv_in_percent(tmp_path: Path) -> None:
    signs = [r.replace("0.25,", "25%,").replace("0.27,", "27%,") for r in ROWS]
    signs = [r.replace("0.24,", "24%,").replace("0.26,", "26%,") for r in signs]
    assert chain_of(tmp_path, cboe_text(rows=signs)).iv == pytest.approx([0.25, 0.27, 0.24, 0.26])
    plain = [r.replace("%", "") for r in signs]
    chain = chain_of(tmp_path, cboe_text(rows=plain))
    assert chain.iv == pytest.approx([0.25, 0.27, 0.24, 0.26])
    assert any("percent" in note for note in chain.notes)
    titled = cboe_text(rows=plain, header=HEADER.replace("IV", "IV %"))
    assert chain_of(tmp_path, titled).iv == pytest.approx([0.25, 0.27, 0.24, 0.26])


def test_a_low_iv_under_a_percent_header(tmp_path: Path) -> None:
    """Two percent a year is written 2: the header says so, the size of the figure does not."""
    low = [r.replace("0.25,", "2.1,").replace("0.27,", "2.2,") for r in ROWS[:1]]
    chain = chain_of(tmp_path, cboe_text(rows=low, header=HEADER.replace("IV", "IV %")))
    assert chain.iv == pytest.approx([0.021, 0.022])


def test_worksheet_percentages_under_a_percent_header(tmp_path: Path) -> None:
    """A cell formatted as 25 % holds 0.25."""
    assert chain_of(tmp_path, cboe_text(header=HEADER.replace("IV", "IV %"))).iv.tolist() == [0.25, 0.27, 0.24, 0.26]


@pytest.mark.parametrize("iv", ["0", "0.02", "0.01", "24.001", "", "--"])
def test_placeholders_of_iv_are_none(iv: str, tmp_path: Path) -> None:
    chain = chain_of(tmp_path, cboe_text(rows=(ROWS[0].replace("0.25,", f"{iv},"), ROWS[1])))
    assert np.isnan(chain.iv[0])
    assert chain.iv[1:].tolist() == [0.27, 0.24, 0.26]


def test_a_few_huge_wings_do_not_make_a_column_percent(tmp_path: Path) -> None:
    rows = (ROWS[0].replace("0.25,", "4.5,"), ROWS[1])
    assert chain_of(tmp_path, cboe_text(rows=rows)).iv.tolist() == [4.5, 0.27, 0.24, 0.26]


def test_repeated_header_and_totals_are_counted(tmp_path: Path) -> None:
    total = "Total,,,,,,,,,,4000,,,,,,,,,,,6000"
    chain = chain_of(tmp_path, cboe_text(rows=(ROWS[0], HEADER, ROWS[1], total)))
    assert_made_up_contracts(chain)
    assert sorted(chain.left_out) == [("no strike or expiry", 10_000.0), ("repeated header", 0.0)]
    assert chain.rows == 6


def test_calls_only(tmp_path: Path) -> None:
    rows = [row.split(",ZZX240119P")[0].split(",ZZX240216P")[0] + "," * 10 for row in ROWS]
    chain = chain_of(tmp_path, cboe_text(rows=rows))
    assert chain.is_call.tolist() == [True, True]
    assert chain.open_interest.tolist() == [1000, 3000]


def test_a_row_that_ends_after_the_strike_has_no_put(tmp_path: Path) -> None:
    chain = chain_of(tmp_path, cboe_text(rows=(ROWS[0].split(",ZZX240119P")[0], ROWS[1])))
    assert chain.is_call.tolist() == [True, True, False]


def test_dealer_position_and_multiplier_on_both_sides() -> None:
    header = ["Expiry", "OI", "dealer_position", "Multiplier", "Strike", "OI", "dealer_position", "Multiplier"]
    chain = Chain.from_cells([header, ["2024-01-19", 5, -3, 100, 50, 6, 4, 10]])
    assert chain.has_dealer_position
    assert chain.dealer_position.tolist() == [-3, 4]
    assert chain.multiplier.tolist() == [100, 10]


def test_line_breaks_inside_the_cells_of_one_column() -> None:
    lines = cboe_text(PREAMBLE[:1]).splitlines()
    lines[1] = lines[1].replace("Last Sale", "Last\r\nSale")
    assert_made_up_contracts(Chain.from_cells([[line] for line in lines]))


def test_an_unquoted_thousands_separator_in_the_spot_is_put_together_again() -> None:
    rows = [
        ["AN INDEX", "Last: 4", "697.24", "Change:  8.56"],
        ["Date: January 7", " 2024 at 10:52 AM EST"],
        ["Expiration Date", "Calls", "IV", "Open Interest", "Strike", "Puts", "IV", "Open Interest"],
        ["Fri Jan 19 2024", "XYZ240119C00500000", 0.2, 10, 500, "XYZ240119P00500000", 0.2, 20],
    ]
    assert Chain.from_cells(rows).spot == 4697.24


SYMBOLS = {"C": "ZZX240119C00100000", "P": "ZZX240119P00100000"}


@pytest.mark.parametrize(
    ("above", "header", "left"),
    [
        ([], ["Expiry", "Symbol", "OI", "Strike", "Symbol", "OI"], "P"),
        ([], ["Expiry", "Symbol", "OI", "Strike", "Symbol", "OI"], "C"),
        ([], ["Expiry", "Calls", "OI", "Strike", "Puts", "OI"], "P"),  # the symbols know better
        ([["", "PUTS", "", "", "CALLS"]], ["Expiry", "Note", "OI", "Strike", "Note", "OI"], "P"),
        ([["", "CALLS", "", "", "PUTS"]], ["Expiry", "Note", "OI", "Strike", "Note", "OI"], "C"),
        ([], ["Expiry", "Note", "OI", "Strike", "Note", "OI"], "C"),
    ],
)
def test_which_side_holds_the_calls(above: list[list[object]], header: list[str], left: str) -> None:
    right = "P" if left == "C" else "C"
    chain = Chain.from_cells([*above, header, ["2024-01-19", SYMBOLS[left], 7, 100, SYMBOLS[right], 9]])
    assert dict(zip(chain.is_call.tolist(), chain.open_interest.tolist(), strict=True)) == {
        left == "C": 7.0,
        right == "C": 9.0,
    }


def test_a_symbol_on_the_wrong_side_is_refused() -> None:
    header = ["Expiry", "Calls", "OI", "Strike", "Puts", "OI"]
    rows = [["2024-01-19", SYMBOLS["C"], 7, 100, SYMBOLS["P"], 9], ["2024-01-19", SYMBOLS["P"], 7, 105, None, None]]
    with pytest.raises(BadInput) as error:
        Chain.from_cells([header, *rows])
    assert str(error.value) == "the symbol in row 3 is ZZX240119P00100000; expected a call on that side"


@pytest.mark.parametrize(
    "order", [[4, 0, 1, 2, 3, 5, 6, 7], [0, 1, 2, 3, 5, 6, 7, 4], [0, 4, 5, 6, 7, 1, 2, 3], [1, 2, 3, 0, 4, 5, 6, 7]]
)
def test_the_strike_may_stand_anywhere(order: list[int]) -> None:
    header = ["Expiry", "Calls", "IV", "OI", "Strike", "Puts", "IV", "OI"]
    row = ["2024-01-19", SYMBOLS["C"], 0.2, 7, 100, SYMBOLS["P"], 0.3, 9]
    only_call = ["2024-01-26", "ZZX240126C00100000", 0.4, 11, 100, None, None, None]
    chain = Chain.from_cells([[line[j] for j in order] for line in (header, row, only_call)])
    assert chain.is_call.tolist() == [True, False, True]
    assert chain.iv.tolist() == [0.2, 0.3, 0.4]
    assert chain.open_interest.tolist() == [7, 9, 11]


def test_columns_that_were_sorted_apart_are_refused() -> None:
    header = ["Expiry", "Calls", "OI", "Strike", "Puts", "OI"]
    rows = [["2024-01-19", SYMBOLS["C"], 7, 100, SYMBOLS["P"], 9], ["2024-01-26", SYMBOLS["C"], 7, 105, None, None]]
    with pytest.raises(BadInput) as error:
        Chain.from_cells([header, *rows])
    assert str(error.value) == "strike in row 3 is 105; expected 100, as its option symbol says"
