"""The sheet Self-test: every function recalculated by the host that has the book open, and compared with constants.

The constants are computed when the file is made, by the same functions in plain Python; tests hold those to independent
references. So a row that differs tells of the host, not of the method. One cell sums it up, to be copied into a report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.utility import xl_range_abs

from gex_xl import __version__
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.functions.registry import Function
from gex_xl.template import plan, start
from gex_xl.template.drawing import link, no_print, page_top
from gex_xl.template.style import INPUT_INK, LINK, SOFT, TAB_EXPLAIN, Style
from gex_xl.udfs import FUNCTIONS

SHEET = "Self-test"
#: What to copy, where Excel's version is typed, and the first row of the checks (from 1).
RESULT, FACTS, FIRST = "B6", "D9", 13
_SAMPLES = 8  # column, from 0, where the samples begin
_TABLE = 30  # where a table spills
_TYPED = "Excel and system, as File > Account says"
_PROGRAM = {"lite": _TYPED, "server": _TYPED, "classic": "Written here when macros start", "libreoffice": "Version"}
_UNKNOWN = {"lite": "Excel ?", "server": "Excel ?", "classic": "Excel ?", "libreoffice": "LibreOffice Calc"}
Cells = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Check:
    """A formula, and what it is to give: a number (to 1e-9 of `size`), a text or a truth value."""

    name: str
    formula: str
    wanted: object
    size: float = 0.0

    @property
    def within(self) -> float:
        """How far a number may be off."""
        return 1e-9 * max(1.0, self.size, abs(self.wanted) if isinstance(self.wanted, float) else 0.0)


@dataclass(slots=True)
class _Samples:
    """Ranges that the formulas read, one below the other; equal ones stand there once."""

    ranges: list[tuple[int, Cells]] = field(default_factory=list)
    row: int = FIRST - 1

    def place(self, cells: Cells) -> str:
        for row, known in self.ranges:  # noqa: B007  it is read below
            if known == cells:
                break
        else:
            row = self.row
            self.ranges.append((row, cells))
            self.row += len(cells) + 1
        return str(xl_range_abs(row, _SAMPLES, row + len(cells) - 1, _SAMPLES + max(map(len, cells)) - 1))

    def call(self, name: str, given: Sequence[object]) -> str:
        """The text of a call in a formula."""
        arguments = list(given)
        while arguments and arguments[-1] is None:
            arguments.pop()
        return f"{name}({','.join(self._argument(each) for each in arguments)})"

    def _argument(self, value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, list):
            return self.place(value)
        if isinstance(value, bool):
            return str(value).upper()
        return '"' + str(value).replace('"', '""') + '"' if isinstance(value, str) else repr(value)


def checks(samples: _Samples) -> list[Check]:
    """One of each function, then what hosts do differently."""
    return [*(_example(samples, record) for record in REGISTRY.values()), *_habits(samples)]


def _example(samples: _Samples, record: Function) -> Check:
    """Of a table the sum of its figures, to a part of what they add up to without their signs; else its first text."""
    found = FUNCTIONS[record.name](*record.example)
    call = samples.call(record.name, record.example)
    if not isinstance(found, list):
        return _plain(record.name, call, found)
    cells = [(row, column, cell) for row, line in enumerate(found, 1) for column, cell in enumerate(line, 1)]
    figures = [float(cell) for _, _, cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    if figures:
        if any(str(cell).startswith("#") for _, _, cell in cells):
            call = f"IFERROR({call},0)"
        check = Check(record.name, f"=SUM({call})", math.fsum(figures), math.fsum(map(abs, figures)))
        if abs(math.fsum(figures)) > check.within:
            return check
        return Check(record.name, f"=SUMSQ({call})", math.fsum(cell * cell for cell in figures))
    row, column, text = next((cell for cell in cells if cell[2] != ""), (1, 1, ""))
    return _plain(record.name, f'INDEX({call},{row},{column})&""', text)


def _plain(name: str, formula: str, value: object) -> Check:
    """A handle ends with a mark of its own, which is no figure."""
    if isinstance(value, str) and " #" in value:
        value = value.partition(" #")[0]
        return Check(name, f"=LEFT({formula},{len(value)})", value)
    return Check(name, f"={formula}", value)


def _habits(samples: _Samples) -> list[Check]:
    """A table that spills, errors, blank cells, dates, settings in cells, a chain in memory, text of a formula."""
    chain = [list(row) for row in EXAMPLE_CHAIN]
    place, total = samples.place(chain), FUNCTIONS["TOTAL_GEX"]
    table = FUNCTIONS["GEX_PER_STRIKE"](chain)
    spilled = xl_range_abs(FIRST - 1, _TABLE, FIRST - 2 + len(table), _TABLE + len(table[0]) - 1)
    settings: list[list[object]] = [["sign", "long_calls"], ["unit", "usd_mn"]]
    pairs = samples.place(settings)
    date = "45720.520833333336"  # 4 March 2025, 12:30
    book = REGISTRY["LOAD_BOOK"].example
    kept = f'BOOK_TABLE({samples.call("LOAD_BOOK", book)},"exposure")'
    exposure = FUNCTIONS["BOOK_TABLE"](FUNCTIONS["LOAD_BOOK"](*book), "exposure")
    shown = [cell for row in exposure for cell in row if isinstance(cell, float)]
    first = f"$C${FIRST + list(REGISTRY).index('TOTAL_GEX')}"
    return [
        Check("a table spills", f"=COUNT({spilled})", sum(isinstance(c, float) for row in table[1:] for c in row)),
        Check("#VALUE! for bad input", f'=ERROR.TYPE(TOTAL_GEX({place},"abc"))', 3.0),
        Check("#N/A for no value", f'=ISNA(FLIP_STRIKE({place},,,"sign=short_all"))', True),
        Check("blank cells are left out", f"=TOTAL_GEX({place},$A$1,$A$1,$A$1)", total(chain)),
        Check("a date as time", f"=TOTAL_GEX({place},,{date})", total(chain, None, float(date))),
        Check("settings in cells", f"=TOTAL_GEX({place},,,{pairs})", total(chain, None, None, settings)),
        Check("a chain in memory", f"=TOTAL_GEX(LOAD_CHAIN({place}))", total(chain)),
        Check("a book in memory", f"=SUM({kept})", math.fsum(shown), math.fsum(map(abs, shown))),
        Check("the text of a formula", f'=LEFT(SUBSTITUTE(FORMULATEXT({first}),"{{",""),11)', "=TOTAL_GEX("),
    ]  # fmt: skip


def draw(book: Any, host: str) -> None:
    """The sheet, at the end of an xlsxwriter book for `host`, and a link to it on the first sheet."""
    style, sheet = Style(book), book.add_worksheet(SHEET)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TAB_EXPLAIN)
    samples = _Samples()
    rows = checks(samples)
    question = "Do cells here give what plain Python gave? Recalculate all (Ctrl+Alt+F9), then copy the cell below."
    page_top(sheet, style, (12, 190, 210, 210, 96, 70, 12, 24), SHEET, question, f'="{len(rows)} checks"')
    soft, plain = style.of(font_size=9, font_color=SOFT), style.of(font_size=9)
    sheet.write("B5", "Copy this cell into a report", soft)
    last = FIRST + len(rows) - 1
    look = style.of(bold=True, font_size=12, font_color=INPUT_INK)
    sheet.write_formula(RESULT, _result(host, last), look)
    sheet.write("B8", "What a formula cannot see", soft)
    sheet.write("B9", _PROGRAM[host], style.of())
    sheet.write_blank(FACTS, None, style.input())
    for column, words in enumerate(("Check", "Here", "In Python", "Within", "Same"), 1):
        sheet.write(FIRST - 2, column, words, style.head())
    figure = style.of(num_format="General", align="left", font_size=9)
    for at, check in enumerate(rows, FIRST - 1):
        sheet.write(at, 1, check.name, plain)
        # As one that may spill: Excel would put an @ before a function in an older formula.
        sheet.write_dynamic_array_formula(at, 2, at, 2, check.formula, figure)
        (sheet.write_string if isinstance(check.wanted, str) else sheet.write)(at, 3, check.wanted, figure)
        sheet.write(at, 4, check.within if isinstance(check.wanted, float) else "", figure)
        sheet.write_formula(at, 5, _same(at + 1), plain)
        before = "" if at == FIRST - 1 else f"$G{at}&"
        sheet.write_formula(at, 6, f'={before}IF($F{at + 1}="ok","",", "&$B{at + 1})', style.of(num_format=";;;"))
    for word, kind in (("ok", "good"), ("differs", "bad")):
        rule = {"type": "formula", "criteria": f'=$F{FIRST}="{word}"', "format": style.kind(kind)}
        sheet.conditional_format(FIRST - 1, 5, last - 1, 5, rule)
    _draw_samples(sheet, style, samples)
    sheet.freeze_panes(FIRST - 1, 0)
    no_print(sheet, "ZZ1")
    words = "Does this program compute what Python does? >"
    first = book.get_worksheet_by_name(plan.START)
    link(first, start.BELOW_NOTE, 6, f"{SHEET}!{RESULT}", words, style.of(font_color=LINK))


def _draw_samples(sheet: Any, style: Style, samples: _Samples) -> None:
    soft = style.of(font_size=9, font_color=SOFT)
    sheet.write(FIRST - 2, _SAMPLES, "Made-up samples that the checks read", soft)
    sheet.write(FIRST - 2, _TABLE, "A table that spills", soft)
    call = samples.call("GEX_PER_STRIKE", [[list(row) for row in EXAMPLE_CHAIN]])
    sheet.write_dynamic_array_formula(FIRST - 1, _TABLE, FIRST - 1, _TABLE, f"={call}", soft)
    for row, cells in samples.ranges:
        for down, line in enumerate(cells):
            for across, cell in enumerate(line):
                if isinstance(cell, str) and cell:
                    sheet.write_string(row + down, _SAMPLES + across, cell, soft)
                elif cell is not None and cell != "":
                    sheet.write(row + down, _SAMPLES + across, cell, soft)


def _same(row: int) -> str:
    here, wanted, within = f"$C{row}", f"$D{row}", f"$E{row}"
    near = f"IF(ISNUMBER({here}),ABS({here}-{wanted})<={within},FALSE)"
    return f'=IF(ISERROR({here}),"differs",IF(IF(ISNUMBER({within}),{near},{here}={wanted}),"ok","differs"))'


def _result(host: str, last: int) -> str:
    """One line: versions, the program, its language and separators, how many agree, and which differ."""
    same, differing, facts = f"$F${FIRST}:$F${last}", f"$G${last}", f"${FACTS[0]}${FACTS[1:]}"
    program = f'IF({facts}="","{_UNKNOWN[host]}",{facts})'
    language = "" if host == "libreoffice" else 'TRUE&" "&'  # where TRUE is a number
    count = f'COUNTIF({same},"ok")&" of "&ROWS({same})'
    differ = f'IF({differing}="","all the same","differs: "&MID({differing},3,2000))'
    return f'="gex_xl {__version__} {host} | "&{program}&" | "&{language}FIXED(1234.5,1)&" | "&{count}&" | "&{differ}'
