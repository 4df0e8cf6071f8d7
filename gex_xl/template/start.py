"""The sheet Start: what to do each morning, whether it is alive, which sheet answers what, what words mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gex_xl import __version__
from gex_xl.template import plan
from gex_xl.template.drawing import heading, link, page_top, print_setup
from gex_xl.template.style import (
    CALL,
    EDGE,
    INK,
    INPUT,
    INPUT_EDGE,
    KINDS,
    LINK,
    LONG,
    PUT,
    SHORT,
    TAB_EXPLAIN,
    TAB_FILL,
    TAB_READ,
    WHITE,
    ZERO,
    Style,
)

_STEPS = (
    (
        "Paste the chain",
        "Clear columns C to AZ of the sheet Chain, click C1, paste with all lines above the header.",
        plan.CHAIN,
    ),
    (
        "Look at the status line",
        "It stands on every sheet: what was used, what was left out, which filter is on.",
        plan.CHECK,
    ),
    ("Read the Dashboard", "Verdict under both conventions, zero gamma, walls, moves. Then the rest.", plan.DASHBOARD),
)
_PAGES = (
    (plan.DASHBOARD, "Are dealers long or short gamma, how sure is that, where does it turn?", TAB_READ),
    (plan.LEVELS, "Which prices matter today, and where are they in the future I trade?", TAB_READ),
    (plan.GRID, "Which strike and which expiry carry the exposure?", TAB_READ),
    (plan.MAP, "Where will zero gamma be tomorrow, and on Friday?", TAB_READ),
    (plan.CHANGE, "What moved the total since the earlier chain?", TAB_READ),
    (plan.STRIKES, "Every strike around spot: calls, puts, net and running total.", TAB_READ),
    (plan.FLOWS, "What must dealers trade if spot or volatility moves?", TAB_READ),
    (plan.VOLATILITY, "Term structure, smile, expected move and max pain by expiry.", TAB_READ),
    (plan.DAYS, "How does today compare with the days before?", TAB_READ),
    (plan.WATCHLIST, "How do several underlyings compare?", TAB_READ),
    (plan.CHECK, "What was used, what was left out, what to mistrust?", TAB_EXPLAIN),
    (plan.CHOICES, "How far would another method move the result?", TAB_EXPLAIN),
    (plan.CHAIN, "Paste here.", TAB_FILL),
    (plan.EARLIER, "Paste an earlier chain here, to see what changed.", TAB_FILL),
    (plan.SETTINGS, "All conventions; those of every day stand on the Dashboard.", TAB_FILL),
    (plan.FUNCTIONS, "Every worksheet function, with what it takes and an example.", TAB_EXPLAIN),
)
_WORDS = (
    ("Long gamma", "Dealers sell rallies and buy falls to stay hedged: moves are damped.", LONG),
    ("Short gamma", "Dealers buy rallies and sell falls: moves are amplified.", SHORT),
    ("Mixed", "The evidence disagrees; the sentence below the word says how.", KINDS["mixed"].accent),
    ("Stress", "The volatility term structure is inverted: that comes first.", ZERO),
    ("GEX", "What dealers must trade for a 1 % move, summed over contracts.", INK),
    ("Gross", "The same with every contract's magnitude: how much the net hides.", INK),
    ("Zero gamma", "The spot level at which the total would be zero. Leads.", ZERO),
    ("Flip strike", "Strike at which the running sum crosses zero. Secondary, often none.", EDGE),
    ("Call wall", "The strike with the most call exposure.", CALL),
    ("Put wall", "The strike with the most put exposure.", PUT),
    ("Customer flow", "Assumes dealers short calls and long puts. Meant for indices.", INK),
    ("Most public tools", "Assume the opposite: dealers long calls, short puts.", INK),
    ("Method", "The Dashboard's selector: the published conventions of others.", INK),
    ("0DTE", "Contracts that settle today.", INK),
    ("Expected move", "One standard deviation, from at-the-money volatility.", INK),
    ("Left out", "Contracts without a usable figure: always counted, with a reason.", INK),
)
_CELLS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "you may change it; it has a list or says what it takes",
        {"bg_color": INPUT, "border": 1, "border_color": INPUT_EDGE},
    ),
    (
        "a filter or an override is on: read figures with it in mind",
        {"bg_color": KINDS["stress"].ground, "border": 1, "border_color": ZERO},
    ),
    ("something cannot be used: the sentence says what, and how to mend it", {"bg_color": KINDS["bad"].ground}),
)
#: The row, from 0, below the three lines of a note: a host's own link may stand there.
BELOW_NOTE = 15 + len(_PAGES)
#: What a file for no host says; hosts say what theirs needs.
NOTE = (
    "This file shows the figures saved in it. To make them live, build it for a host:",
    "gex-xl new gamma.xlsx --host lite, or put another chain in with gex-xl recalc.",
    "Until then the selectors do nothing; the Dashboard says so where functions fail.",
)


def draw(book: Any, style: Style, note: Sequence[str] = NOTE) -> None:
    """Everything on the sheet; `note`: up to three lines that say what this file needs in order to calculate."""
    sheet = book.get_worksheet_by_name(plan.START)
    sheet.hide_gridlines(2)
    question = "Paste an option chain, read the Dashboard. Everything else explains it."
    widths = (12, 34, 190, 340, 140, 24, 34, 150, 366)
    row = page_top(sheet, style, widths, "Gamma exposure workbook", question, f"={plan.headline('status', 'words')}")
    heading(sheet, style, row, 1, 4, "Three steps, each morning")
    heading(sheet, style, row, 6, 8, "Is it alive?")
    for i, (step, words, target) in enumerate(_STEPS):
        sheet.set_row_pixels(row + 1 + i, 32)
        sheet.write(
            row + 1 + i, 1, i + 1, style.of(font_size=16, bold=True, font_color=WHITE, bg_color=LONG, align="center")
        )
        sheet.write(row + 1 + i, 2, step, style.of(font_size=12, bold=True, indent=1))
        sheet.write(row + 1 + i, 3, words, style.of(text_wrap=True))
        look = style.of(font_color=LINK, align="right")
        link(sheet, row + 1 + i, 4, f"{target}!C1" if target == plan.CHAIN else target, f"{target} >", look)
    _alive(sheet, style, row + 1)
    row += 5
    heading(sheet, style, row, 1, 4, "Which sheet answers which question")
    heading(sheet, style, row, 6, 8, "Words")
    for i, ((name, question, tab), (word, meaning, colour)) in enumerate(zip(_PAGES, _WORDS, strict=True), row + 1):
        sheet.set_row_pixels(i, 21)
        sheet.write_blank(i, 1, None, style.of(left=5, left_color=tab))
        link(sheet, i, 2, name, name, style.of(font_color=LINK, bold=True, indent=1))
        sheet.write(i, 3, question, style.of())
        sheet.write_blank(i, 6, None, style.of(left=5, left_color=colour))
        sheet.write(i, 7, word, style.of(bold=True, indent=1))
        sheet.write(i, 8, meaning, style.of())
    row += len(_PAGES) + 2
    heading(sheet, style, row, 1, 4, "Cells")
    heading(sheet, style, row, 6, 8, "If cells show #NAME?")
    for i, (words, look) in enumerate(_CELLS, row + 1):
        sheet.set_row_pixels(i, 20)
        sheet.write_blank(i, 1, None, style.of(**look))
        sheet.write(i, 2, words, style.of(indent=1))
    for i, words in enumerate(note or NOTE, row + 1):
        sheet.write(i, 6, words, style.of())
    print_setup(sheet, f"A1:I{row + 5}", "Dealer gamma exposure")
    sheet.hide_row_col_headers()


def _alive(sheet: Any, style: Style, row: int) -> None:
    """Functions, chain and figures: ok, or what is the matter."""
    live = f"{plan.CALC}!$D$2"
    checks = (
        (
            "Functions",
            f'=IF(ISERROR({live}),"stop","ok")',
            f'=IF(ISERROR({live}),"not running here: see below","running, gex_xl {__version__}")',
        ),
        ("Chain", '=IF(ISERROR(Chain),"look","ok")', f"={plan.headline('used', 'words')}"),
        (
            "Figures",
            f'=IF(ISERROR({live}),"look","ok")',
            f'=IF(ISERROR({live}),"saved in this file","computed from the chain in this book")',
        ),
    )
    for i, (name, state, words) in enumerate(checks, row):
        sheet.write_dynamic_array_formula(i, 6, i, 6, state, style.of(font_size=9, bold=True, align="center"))
        sheet.write(i, 7, name, style.of(bold=True, indent=1))
        sheet.write_dynamic_array_formula(i, 8, i, 8, words, style.of(shrink=True))
        for word, kind in (("stop", "bad"), ("look", "stress"), ("ok", "good")):
            test = f'=$G{i + 1}="{word}"'
            sheet.conditional_format(i, 6, i, 6, {"type": "formula", "criteria": test, "format": style.kind(kind)})
