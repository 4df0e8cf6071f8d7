"""Colours, number formats and cell formats of the workbooks: one place, so that both look alike.

Calls and puts, long and short gamma can be told apart by people who see fewer colours, and every text has a contrast
of at least 4.5 to its ground (WCAG 2.1, 1.4.3); tests measure it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

INK, SOFT, LINK, WHITE = "#1B2733", "#5B6875", "#1A5FB4", "#FFFFFF"
RULE, PANEL, EDGE = "#D8DEE5", "#F5F7F9", "#A9B4BF"
CALL, PUT, ZERO = "#D55E00", "#0072B2", "#B98900"
LONG, SHORT = "#417F1D", "#A3157A"
HEAT_LONG, HEAT_SHORT = "#7FB85E", "#DB82BD"
BUY, SELL, TOTAL_BAR, PLAIN_BAR = "#5B6875", "#A9B4BF", "#7A8794", "#B9C3CD"
INPUT, INPUT_EDGE, INPUT_INK, PASTE = "#FFF9DB", "#D9C36A", "#1A3FA0", "#FFFDF3"
#: Colours of tabs: sheets to read, to fill in, and those that explain.
TAB_READ, TAB_FILL, TAB_EXPLAIN = LONG, "#D9C36A", "#A9B4BF"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a statement is: the colour of its edge, its ground and its text."""

    accent: str
    ground: str
    ink: str


KINDS = {
    "long": Kind(LONG, "#EBF4E4", "#2C5A12"),
    "short": Kind(SHORT, "#F8E6F2", "#7D0F5D"),
    "mixed": Kind("#495867", "#EDF0F3", "#313D49"),
    "stress": Kind(ZERO, "#FFE8B3", "#6B4300"),
    "bad": Kind("#B3261E", "#FBE3E0", "#8A1C12"),
    "good": Kind("#0B7A6C", "#E3F1EE", "#00594F"),
    "none": Kind(EDGE, PANEL, SOFT),
}

PRICE, STRIKE, COUNT = "#,##0.00", "#,##0.##", "#,##0"
SIGNED = "[>=0.005]+#,##0.00;[<=-0.005]-#,##0.00;0.00"
SIGNED_SHORT = "[>=0.05]+#,##0.0;[<=-0.05]-#,##0.0;0.0"
#: In heat maps what rounds to nothing is a dot.
HEAT = '[>=0.005]#,##0.00;[<=-0.005]-#,##0.00;"·"'
PERCENT, SIGNED_PERCENT = "0.0 %", "[>=0.0005]+0.0 %;[<=-0.0005]-0.0 %;0.0 %"
#: Text alone: what refers to an empty text is 0 in some programs.
TEXT = ";;;@"
MOVE = '"±"#,##0.00'
TRADE = '[>=0.05]"buy "#,##0.0;[<=-0.05]"sell "#,##0.0;0'
#: An axis of charts whose unseen series is 1e-9 where there are no figures: no figures along it then.
AXIS = "[>=0.0005]#,##0.0##;[<=-0.0005]-#,##0.0##;"
WHOLE_AXIS = "[>=0.0005]#,##0.##;[<=-0.0005]-#,##0.##;"
#: Amounts of mixed magnitude: one section a sign, since a third one loses its minus in Calc.
AMOUNT, MILLIONS = "#,##0;-#,##0;0", '#,##0.00,," mn"'

_BASE = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"}


class Style:
    """Cell formats of one xlsxwriter book, made once each."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def of(self, **wanted: Any) -> Any:
        """The format with these properties (as xlsxwriter names them) on the base: Calibri 10 in ink."""
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format({**_BASE, **wanted})
        return self._made[key]

    def rule(self, **wanted: Any) -> Any:
        """A conditional format: these properties alone."""
        key = (("rule", True), *sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format(wanted)
        return self._made[key]

    def kind(self, kind: str) -> Any:
        """A conditional format in the ground and text of a kind."""
        return self.rule(bg_color=KINDS[kind].ground, font_color=KINDS[kind].ink)

    @staticmethod
    def grounds(kind: str) -> str:
        """The ground of a kind."""
        return KINDS[kind].ground

    @staticmethod
    def inks(kind: str) -> str:
        """The text of a kind."""
        return KINDS[kind].ink

    def kind_edge(self, kind: str) -> Any:
        """The same with the kind's edge at the left."""
        it = KINDS[kind]
        return self.rule(bg_color=it.ground, font_color=it.ink, left=1, left_color=it.accent)

    def input(self, **wanted: Any) -> Any:
        """A cell that is the reader's to change."""
        look = {"bg_color": INPUT, "border": 1, "border_color": INPUT_EDGE, "font_color": INPUT_INK}
        return self.of(**{**look, "align": "left", "indent": 1, **wanted})

    def head(self, *, right: bool = False, **wanted: Any) -> Any:
        """The head of a table's column, over a rule."""
        look = {"font_size": 9, "font_color": SOFT, "bottom": 1, "bottom_color": RULE, "text_wrap": True}
        return self.of(**{**look, "align": "right" if right else "left", "valign": "bottom", **wanted})

    @property
    def note(self) -> Any:
        """A remark below a table."""
        return self.of(font_size=9, font_color=SOFT)

    @property
    def title(self) -> Any:
        return self.of(font_size=20, bold=True)

    @property
    def heading(self) -> Any:
        return self.of(font_size=11, bold=True, bottom=1, bottom_color=RULE)
