"""The sheets Chain and Earlier (where chains are pasted) and Settings."""

from __future__ import annotations

from typing import Any

from gex_xl.settings import HELP, WORDS, Settings, choices
from gex_xl.template import plan, several
from gex_xl.template.drawing import link, no_print, page_top, print_setup
from gex_xl.template.plan import headline
from gex_xl.template.style import COUNT, KINDS, LINK, PASTE, RULE, SOFT, Style

_GROUPS = {
    "Every day": ("sign", "expiries", "unit", "dialect"),
    "Gamma": ("gamma_source", "iv_source", "carry", "rate", "dividend_yield", "exercise", "spot_vol"),
    "Time": ("clock", "clock_from", "quote_delay", "min_minutes", "third_friday"),
    "Contracts": ("weight", "strikes", "min_oi", "multiplier", "daily_volume"),
    "Levels": ("walls", "flip_noise", "flip_pick", "no_flip", "profile_range", "profile_levels"),
    "Regime": ("slopes", "vol_inverted", "flip_band", "skew_z"),
}
#: Characters of an explanation that stand in one line.
_ONE_LINE = 112
_STEPS = {
    plan.CHAIN: (
        f"1. Select columns C to {plan.LAST_PASTE_COLUMN} and press Delete: nothing old may stay.",
        "2. Click C1 and paste a chain, with all lines above its header.",
        "3. Read below what was found.",
    ),
    plan.EARLIER: (
        "Optional: the chain of an earlier day or hour, pasted at C1.",
        f"Before a new paste: copy C to {plan.LAST_PASTE_COLUMN} of Chain to here.",
        "Dashboard and Change then say what moved.",
    ),
}


def chain(book: Any, style: Style, name: str, more: int = 0) -> None:
    """The paste area, and beside it the steps, what was found, and the chain in memory.

    `more`: how many further chains the book is made for; overrides of spot and time then hold for the one shown.
    """
    sheet = book.get_worksheet_by_name(name)
    sheet.set_column_pixels(0, 0, 390)
    sheet.set_column_pixels(1, 1, 12)
    sheet.set_column_pixels(2, plan.PASTE_COLUMNS + 1, 78, style.of(bg_color=PASTE, font_size=9))
    sheet.set_row_pixels(0, 30)
    sheet.write("A1", name, style.of(font_size=20, bold=True, indent=1))
    of_today = name != plan.EARLIER
    for row, words in enumerate(_STEPS[plan.CHAIN if of_today else name], 1):
        first = row == 1 and of_today  # what is forgotten most
        look = {"bold": True, "bg_color": KINDS["stress"].ground, "font_color": KINDS["stress"].ink} if first else {}
        sheet.write(row, 0, words, style.of(indent=1, **look))
    link(sheet, 4, 0, plan.DASHBOARD, f"< {plan.DASHBOARD}", style.of(font_color=LINK, indent=1))
    label = style.of(font_size=9, font_color=SOFT, indent=1)
    paste = "Paste" if name == plan.CHAIN else f"Paste_{name}"
    overrides = [plan.SPOT_CELL, plan.AS_OF_INPUT]
    if more:
        overrides = [several.only_where_shown(name, cell) for cell in overrides]
    inputs = ",".join(overrides) if of_today else ","
    arguments = f"{paste},{inputs},{plan.SETTINGS_RANGE}"
    handle = several.handle(name)
    empty = "" if of_today else f'IF(COUNTA({name}!$C$1:$H$20)=0,"nothing pasted: that is fine",'
    sheet.write(plan.FOUND_ROW - 2, 0, "What was found", label)
    # Merged, since a taller row would stretch the paste beside it; a function cannot stand in merged cells.
    why = f'IF(ISERROR({plan.CALC}!$D$2),"The functions are not running here","{plan.ERROR_CELL} {name}")'
    status = f"IF(ISERROR({handle}),CHAIN_STATUS({arguments}),CHAIN_STATUS({handle}))"
    found = f"{empty}IFERROR({status},{why}){')' if empty else ''}"
    row = plan.FOUND_ROW - 1
    sheet.write_dynamic_array_formula(row, 0, row, 0, f"={found}", style.of(font_size=1, font_color="#FFFFFF"))
    sheet.merge_range(row + 1, 0, row + 2, 0, "", style.of(text_wrap=True, valign="top", left=5, indent=1))
    looks = style.of(
        text_wrap=True, valign="top", indent=1, left=5, left_color=KINDS["good"].accent, bg_color=KINDS["good"].ground
    )
    sheet.write_formula(row + 1, 0, f"=$A${plan.FOUND_ROW}", looks)
    bad = {"type": "formula", "criteria": f'=LEFT($A${plan.FOUND_ROW},6)="Cannot"', "format": style.kind("bad")}
    sheet.conditional_format(row + 1, 0, row + 2, 0, bad)
    sheet.write(plan.HANDLE_ROW - 2, 0, f"The chain in memory (LOAD_CHAIN), named {name}", label)
    at = plan.HANDLE_ROW - 1
    load = f"LOAD_CHAIN({arguments})"
    if name == plan.EARLIER:
        load = f'IF(COUNTA({name}!$C$1:$H$20)=0,"",{load})'
    sheet.write_dynamic_array_formula(at, 0, at, 0, f"={load}", style.of(bold=True, indent=1))
    error = {"type": "errors", "format": style.rule(font_color=RULE)}
    sheet.conditional_format(at, 0, at, 0, error)
    rows = f"{name}!$C$1:$C${plan.PASTE_ROWS}"
    used = "&".join(rows.replace("$C", f"${letter}") for letter in "CDEF")
    # Not LOOKUP(2,1/...): where IronCalc computes it, a gap in the paste may end it.
    last = f'=MAX(IFERROR({used}<>"",TRUE)*ROW({rows}))'
    sheet.write(plan.LAST_ROW - 2, 0, "Last row of the paste", label)
    row = plan.LAST_ROW - 1
    sheet.write_dynamic_array_formula(row, 0, row, 0, last, style.of(num_format=COUNT, align="left", indent=1))
    sheet.write(plan.BEYOND_ROW - 2, 0, "Cells that lie beyond the paste area and are not read", label)
    count = style.of(num_format=COUNT, align="left", indent=1)
    sheet.write_formula(plan.BEYOND_ROW - 1, 0, plan.beyond_formula(name), count)
    left_over = {"type": "cell", "criteria": ">", "value": 0, "format": style.kind("bad")}
    sheet.conditional_format(plan.BEYOND_ROW - 1, 0, plan.BEYOND_ROW - 1, 0, left_over)
    if name == plan.CHAIN:
        sheet.write(
            plan.BEYOND_ROW,
            0,
            "Layouts: CBOE, thinkorswim, Deribit, brokers' tables, your own columns.",
            label,
        )
    sheet.freeze_panes(0, 2)
    sheet.set_selection("C1")
    no_print(sheet, "BC1")


def settings(book: Any, style: Style, chosen: Settings) -> None:
    """Inputs that the paste may lack, then every setting with its default and what it decides."""
    sheet = book.get_worksheet_by_name(plan.SETTINGS)
    sheet.hide_gridlines(2)
    question = "Yellow cells are yours. Blank means the default, or what the paste says. Others stand on the Dashboard."
    status = f'={headline("settings", "words")}&".   "&{headline("status", "words")}'
    row = page_top(sheet, style, (12, 110, 150, 220, 150, 24, 610), "Settings", question, status)
    for column, words in enumerate(("Group", "Setting", "Value", "Default", "", "What it decides"), 1):
        sheet.write(row, column, words, style.head(indent=1 if column == 3 else 0))
    _inputs(sheet, style)
    group_of = {key: group for group, keys in _GROUPS.items() for key in keys}
    ordered = sorted(HELP, key=lambda key: list(_GROUPS).index(group_of[key]) if key in group_of else len(_GROUPS))
    before = ""
    defaults, values = plan.DEFAULTS.as_dict(), chosen.as_dict()
    for at, key in enumerate(ordered, plan.FIRST_SETTING - 1):
        group = group_of.get(key, "Reading")
        edge = {"top": 1, "top_color": RULE} if group != before else {}
        sheet.write(at, 1, group if group != before else "", style.of(bold=True, **edge))
        sheet.write(at, 2, key, style.of(**edge))
        if key in plan.SELECTORS:
            look = style.of(font_color=LINK, indent=1, align="left", **edge)
            sheet.write_formula(at, 3, f"={plan.SELECTORS[key]}", look)
        else:
            sheet.write(at, 3, values[key], style.input())
            if choices(key):
                sheet.data_validation(at, 3, at, 3, {"validate": "list", "source": choices(key)})
        sheet.write(at, 4, defaults[key], style.of(font_color=SOFT, indent=1, align="left", **edge))
        sheet.write(at, 6, HELP[key], style.of(font_size=9, text_wrap=True, **edge))
        sheet.set_row_pixels(at, 20 if len(HELP[key]) < _ONE_LINE else 32)
        before = group
    first, last = plan.FIRST_SETTING - 1, plan.LAST_SETTING - 1
    test = f'=AND($D{first + 1}<>$E{first + 1},$E{first + 1}<>"",NOT(ISFORMULA($D{first + 1})))'
    sheet.conditional_format(first, 2, last, 3, {"type": "formula", "criteria": test, "format": style.kind("stress")})
    sheet.freeze_panes(5, 0)
    print_setup(sheet, f"A1:G{plan.LAST_SETTING + 1}", "Dealer gamma exposure")


def _inputs(sheet: Any, style: Style) -> None:
    rows = (
        (5, "Inputs", "Spot", None, "from chain", "Price of the underlying: set on the Dashboard"),
        (
            plan.AS_OF_ROW - 1,
            "",
            "Quote time",
            "",
            "from chain",
            "The market's time unless it names a zone: 2024-01-05 16:00",
        ),
        (plan.VIX_ROWS[0] - 1, "", "VIX9D", "", "slopes from the chain", "Nine-day volatility index, points"),
        (plan.VIX_ROWS[1] - 1, "", "VIX", "", "slopes from the chain", "Thirty-day volatility index, points"),
        (plan.VIX_ROWS[2] - 1, "", "VIX3M", "", "slopes from the chain", "Three-month volatility index, points"),
        (plan.Z_ROW - 1, "", "Skew z-score", "", "from Days", "z-score of the 25-delta skew"),
    )
    for at, group, name, value, default, words in rows:
        sheet.write(at, 1, group, style.of(bold=True))
        sheet.write(at, 2, name, style.of())
        if value is None:
            sheet.write_formula(at, 3, f"={plan.SPOT_CELL}", style.of(font_color=LINK, indent=1, align="left"))
        else:
            number = "yyyy-mm-dd hh:mm" if name == "Quote time" else "General"
            sheet.write_blank(at, 3, None, style.input(num_format=number))
        sheet.write(at, 4, default, style.of(font_color=SOFT, indent=1))
        sheet.write(at, 6, words, style.of(font_size=9))


def selector_values(chosen: Settings) -> dict[str, str]:
    """What the Dashboard's selectors hold for some settings."""
    values = chosen.as_dict()
    out = {key: words.get(str(values[key]), str(values[key])) for key, words in WORDS.items()}
    if values["sign"] == Settings().sign:
        out["sign"] = plan.DEFAULT_SIGN
    return out
