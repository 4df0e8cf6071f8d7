"""Parts that several sheets have: title and status line, headings, cards, tables, colours by value, print set-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from gex_xl.template import plan
from gex_xl.template.style import (
    EDGE,
    HEAT_LONG,
    HEAT_SHORT,
    INK,
    LINK,
    PANEL,
    RULE,
    SOFT,
    TEXT,
    WHITE,
    Style,
)

#: Heights in pixels of the first rows of every sheet: title, status line, the question it answers, a gap.
TOP_ROWS = (34, 22, 22, 8)
CARD_ROWS = (17, 26, 16)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, the number format ("" for words), what else its cells look like, a comment."""

    head: str
    number: str = ""
    look: dict[str, Any] = field(default_factory=dict)
    comment: str = ""


def rows_px(sheet: Any, first: int, heights: Sequence[int]) -> None:
    """Heights in pixels, from row `first` (counted from 0) down."""
    for row, height in enumerate(heights, first):
        sheet.set_row_pixels(row, height)


def widths_px(sheet: Any, widths: Sequence[int]) -> None:
    """Widths in pixels of the first columns."""
    for column, width in enumerate(widths):
        sheet.set_column_pixels(column, column, width)


def box(sheet: Any, row: int, first: int, last: int, value: Any, look: Any) -> None:
    """A value or a formula over some columns of a row, merged where they are several."""
    if first == last:
        _write(sheet, row, first, value, look)
    else:
        sheet.merge_range(row, first, row, last, "", look)
        _write(sheet, row, first, value, look)


def _write(sheet: Any, row: int, column: int, value: Any, look: Any) -> None:
    if isinstance(value, str) and value.startswith("="):
        sheet.write_formula(row, column, value, look)
    elif value is None or value == "":
        sheet.write_blank(row, column, None, look)
    else:
        sheet.write(row, column, value, look)


def link(sheet: Any, row: int, column: int, target: str, words: str, look: Any) -> None:
    """A link to a cell of this book: `target` is a sheet, or a sheet and a cell such as Chain!C1."""
    name, _, cell = target.partition("!")
    sheet.write_url(row, column, f"internal:'{name}'!{cell or 'A1'}", look, words)


def page_top(
    sheet: Any, style: Style, widths: Sequence[int], title: str, question: str, status: str, back: str = "Dashboard"
) -> int:
    """Title, status line, question and the way back; the first free row, counted from 0, comes back.

    `status`: a formula. Its text is amber where it says FILTER and red where it says that something cannot be used.
    """
    widths_px(sheet, widths)
    rows_px(sheet, 0, TOP_ROWS)
    last = len(widths) - 1
    sheet.write(0, 1, title, style.title)
    if back:
        at = last if widths[-1] >= 80 else last - 1  # a link cannot run over the column before it
        link(sheet, 0, at, back, f"< {back}", style.of(font_color=LINK, align="right" if at == last else "left"))
    status_line(sheet, style, 1, 1, last, status)
    sheet.write(2, 1, question, style.of(font_color=SOFT))
    return len(TOP_ROWS)


def status_line(sheet: Any, style: Style, row: int, first: int, last: int, status: str) -> None:
    """The line that stands on every sheet; see page_top."""
    for column in range(first, last + 1):
        sheet.write_blank(row, column, None, style.of(bg_color=PANEL))
    # As an array, which Calc computes anew on opening: where no function runs it says so at once.
    look = style.of(bg_color=PANEL, left=5, left_color=EDGE, indent=1, num_format=TEXT)
    sheet.write_dynamic_array_formula(row, first, row, first, status, look)
    cell = f"${xl_col_to_name(first)}${row + 1}"
    for kind, words in (
        ("bad", ("annot be", "NOT LIVE", "NOT ALL", "No figures")),
        ("stress", ("FILTER", "OVERRIDE", "CHOOSE A SIGN")),
    ):
        test = ",".join(f'ISNUMBER(FIND("{word}",{cell}))' for word in words)
        shown = {"type": "formula", "criteria": f"=OR({test})", "format": style.kind(kind), "stop_if_true": True}
        sheet.conditional_format(row, first, row, last, shown)


def spill(sheet: Any, name: str, look: Any) -> None:
    """The formula of a table, in the cell at its upper left corner."""
    it = plan.SPILLS[name]
    row, column = it.row - 1, it.column - 1
    sheet.write_dynamic_array_formula(row, column, row, column, it.formula, look)


def table(
    sheet: Any,
    style: Style,
    name: str,
    columns: Sequence[Column],
    *,
    height: int = 18,
    head_height: int = 20,
    wrap: bool = True,
) -> None:
    """A table that a formula fills: looks of its cells for all its rows, comments on its heads, and the formula.

    Heads come from the function; where a column has words of its own, they stand in a row above and the function's
    head is not shown.
    """
    it = plan.SPILLS[name]
    row, column = it.row - 1, it.column - 1
    table_body(sheet, style, row + 1, column, columns, it.room, height)
    sheet.set_row_pixels(row, head_height)
    pale_errors(sheet, style, (row, column), (row + it.room, column + len(columns) - 1))
    for offset, each in enumerate(columns):
        right = bool(each.number) and each.look.get("align") not in ("left", "center")
        align = each.look.get("align") if each.look.get("align") == "center" else None
        look = style.head(right=right, **({"align": align} if align else {}),
                          **({} if wrap else {"text_wrap": False, "shrink": bool(each.number)}),
                          **({"indent": each.look["indent"]} if each.look.get("indent") else {}))  # fmt: skip
        sheet.write_blank(row, column + offset, None, look)
        if each.comment:
            sheet.write_comment(row, column + offset, each.comment, {"x_scale": 1.6, "font_name": "Calibri"})
    first = columns[0]
    right = bool(first.number) and first.look.get("align") not in ("left", "center")
    spill(
        sheet, name, style.head(right=right, **({"indent": first.look["indent"]} if first.look.get("indent") else {}))
    )


def heading(
    sheet: Any, style: Style, row: int, first: int, last: int, words: str, target: str = "", hint: str = "",
    room: int = 2,
) -> None:  # fmt: skip
    """What stands below, over a rule; at its right end where more of it is, or a hint in the last `room` columns."""
    line = {"bottom": 1, "bottom_color": RULE}
    for column in range(first, last + 1):
        sheet.write_blank(row, column, None, style.of(**line))
    _write(sheet, row, first, words, style.heading)
    if target:
        look = style.of(font_size=9, font_color=LINK, align="right", indent=1, **line)
        link(sheet, row, last, target, f"{target.partition('!')[0]} >", look)
    elif hint:
        box(
            sheet,
            row,
            last + 1 - room,
            last,
            hint,
            style.of(font_size=9, font_color=SOFT, align="right", shrink=True, **line),
        )


def card(
    sheet: Any, style: Style, row: int, columns: tuple[int, int], texts: tuple[str, str, str], accent: str = EDGE,
    number: str = "General", *, soft: bool = False,
) -> None:  # fmt: skip
    """Label, figure and note in three rows; the edge has the colour of the figure's mark in the charts."""
    edge = {"left": 5, "left_color": accent, "bg_color": PANEL, "indent": 1, "align": "left", "shrink": True}
    looks = (
        style.of(font_size=9, font_color=SOFT, num_format=TEXT, **edge),
        style.of(font_size=16, bold=True, font_color=SOFT if soft else INK, num_format=number, **edge),
        style.of(font_size=9, num_format=TEXT, **edge),
    )
    for below, (text, look) in enumerate(zip(texts, looks, strict=True)):
        box(sheet, row + below, *columns, text, look)


def inputs(sheet: Any, style: Style, row: int, cells: Sequence[tuple[int, str, int, int, Any, Any, str]]) -> None:
    """The reader's cells: column of the label, words, first and last column, value, what may be typed, format."""
    sheet.set_row_pixels(row, 24)
    for column, words, first, last, value, allowed, number in cells:
        box(sheet, row, column, first - 1, words, style.of(font_size=9, font_color=SOFT, align="right", indent=1))
        box(sheet, row, first, last, value, style.input(num_format=number, shrink=True))
        if allowed:
            sheet.data_validation(row, first, row, first, allowed)


def table_body(
    sheet: Any, style: Style, row: int, column: int, columns: Sequence[Column], rows: int, height: int = 18
) -> None:
    """The looks of a table's cells, for a formula that fills them."""
    for down in range(row, row + rows):
        if height:
            sheet.set_row_pixels(down, height)
        for offset, it in enumerate(columns):
            sheet.write_blank(down, column + offset, None, body_look(style, it))


def body_look(style: Style, column: Column) -> Any:
    """The look of a column's cells: numbers stand right, in their number format."""
    number = {"num_format": column.number, "align": "right"} if column.number else {"align": "left"}
    return style.of(**{**number, **column.look})


def pale_errors(sheet: Any, style: Style, first: tuple[int, int], last: tuple[int, int]) -> None:
    """Errors in pale figures: where no function runs they stand everywhere, and the status line says why."""
    pale = {"type": "errors", "format": style.rule(font_color=RULE, bg_color=WHITE), "stop_if_true": True}
    sheet.conditional_format(*first, *last, pale)


def heat(sheet: Any, first: tuple[int, int], last: tuple[int, int], scale: str) -> None:
    """Colours by value: white at 0, full at plus and minus what the cell `scale` holds."""
    sheet.conditional_format(
        *first, *last,
        {
            "type": "3_color_scale", "min_type": "formula", "mid_type": "num", "max_type": "formula",
            "min_value": f"=-{scale}", "mid_value": 0, "max_value": f"={scale}",
            "min_color": HEAT_SHORT, "mid_color": WHITE, "max_color": HEAT_LONG,
        },
    )  # fmt: skip


def data_bar(
    sheet: Any, first: tuple[int, int], last: tuple[int, int], *, colour: str = "", only: bool = False
) -> None:
    """Bars in the cells, to the left below 0; in one `colour`, or in those of long and short."""
    sheet.conditional_format(
        *first, *last,
        {
            "type": "data_bar", "data_bar_2010": True, "bar_solid": True, "bar_only": only, "bar_no_border": True,
            "bar_color": colour or HEAT_LONG, "bar_negative_color": colour or HEAT_SHORT,
            "bar_axis_position": "middle", "bar_negative_border_color_same": True,
        },
    )  # fmt: skip


def kinds_by_word(
    sheet: Any, style: Style, first: tuple[int, int], last: tuple[int, int], words: dict[str, str], *, of: str = ""
) -> None:
    """Ground and text by the word that a cell begins with: {word: kind}. `of`: another cell that holds the word."""
    cell = of or xl_rowcol_to_cell(*first)
    for word, kind in words.items():
        criteria = f'=LEFT({cell},{len(word)})="{word}"'
        sheet.conditional_format(*first, *last, {"type": "formula", "criteria": criteria, "format": style.kind(kind)})


def framed_row(sheet: Any, style: Style, first: tuple[int, int], last: tuple[int, int], mark: str, word: str) -> None:
    """Lines above and below the row whose cell `mark` (of the first row) begins with `word`: the one of spot."""
    look = style.rule(bold=True, top=1, bottom=1, top_color=INK, bottom_color=INK)
    criteria = f'=LEFT({mark},{len(word)})="{word}"'
    sheet.conditional_format(*first, *last, {"type": "formula", "criteria": criteria, "format": look})


def with_unit(words: str, unit: str, between: str = ", ") -> str:
    """A heading with the unit that the cell `unit` holds; the words alone where there are no figures."""
    return f'="{words}"&IF(OR({unit}="",{unit}="none"),"","{between}"&{unit})'


def or_blank(cell: str) -> str:
    """The words of a cell; nothing where they are "none": a card says so, a line of text does not."""
    return f'=IF({cell}="none","",{cell})'


def print_setup(
    sheet: Any, area: str, footer: str, *, one_page: bool = True, repeat: tuple[int, int] | None = None
) -> None:
    """A4 landscape, one page wide; one page high too, or with its head rows repeated."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(0.3, 0.3, 0.3, 0.5)
    sheet.fit_to_pages(1, 1 if one_page else 0)
    sheet.print_area(area)
    sheet.center_horizontally()
    sheet.set_footer(f"&L&8&A&C&8{footer}&R&8page &P of &N")
    if repeat:
        sheet.repeat_rows(*repeat)


def no_print(sheet: Any, blank: str) -> None:
    """Leave the sheet out when the book is printed, by an area that is a blank cell: its rows are for the screen."""
    sheet.print_area(f"{blank}:{blank}")


def script_button(sheet: Any, cell: str, caption: str, size: dict[str, int], script: str) -> None:
    """A shape that selects the cell behind it, which is how xlwings Lite learns that a script's button was pressed."""
    options = {
        **size,
        "url": f"internal:'{sheet.get_name()}'!{cell}",
        "tip": f"Runs {script} while the pane of xlwings Lite is open",
        "align": {"vertical": "middle", "horizontal": "center"},
        "font": {"color": "#FFFFFF", "bold": True, "size": 9},
        "fill": {"color": INK},
        "line": {"none": True},
    }
    sheet.insert_textbox(cell, caption, options)
