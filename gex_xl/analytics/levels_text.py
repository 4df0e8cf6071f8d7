"""Price levels as text that charting programs take. docs/levels.md says how, and cites each program's documentation."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.price_levels import PriceLevels
from gex_xl.clock import in_words


class LevelsFormat(StrEnum):
    """tradingview: one line for the input of the Pine script; the others: a script, a study or a table of a program."""

    TRADINGVIEW = "tradingview"
    PINE = "pine"
    NINJATRADER = "ninjatrader"
    SIERRA = "sierra"
    THINKORSWIM = "thinkorswim"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class _Shade:
    """The colour of a group of levels: red, green, blue, and its word in thinkScript and in .NET's brushes."""

    rgb: tuple[int, int, int]
    thinkscript: str
    brush: str


_GREY = _Shade((91, 104, 117), "GRAY", "Gray")
_SHADES = {
    "zero_gamma": _Shade((185, 137, 0), "YELLOW", "Goldenrod"),
    "flip": _Shade((185, 137, 0), "DARK_ORANGE", "DarkOrange"),
    "call_wall": _Shade((213, 94, 0), "ORANGE", "OrangeRed"),
    "put_wall": _Shade((0, 114, 178), "CYAN", "DodgerBlue"),
    "net_long": _Shade((65, 127, 29), "GREEN", "ForestGreen"),
    "net_short": _Shade((163, 21, 122), "MAGENTA", "MediumVioletRed"),
}


def levels_text(contracts: Contracts, found: PriceLevels, style: LevelsFormat) -> str:
    """The levels in one format, with date, sign and mapping in it; lines end in a newline, a single line does not.

    Prices are those of the related product where there is one, to four decimals. Levels without a price are named with
    the reason where the format has comments or rows for them.
    """
    return _WRITERS[style](contracts, found)


def heading(contracts: Contracts, found: PriceLevels) -> str:
    """Whose levels, of when, by which sign, and how they were mapped: one line of letters, digits and , : + - . /"""
    spot, target = _number(contracts.spot), found.target
    how = f"as quoted (spot {spot})"
    if target is not None:
        how = f"{found.mapping} to a product at {_number(target)} (spot {spot})"
    symbol = re.sub(r"[^A-Za-z0-9._/-]", "", contracts.chain.symbol) or "chain"
    return f"{symbol} levels, {in_words(contracts.as_of)}, sign {contracts.settings.sign}, {how}"


def _number(price: float) -> str:
    return f"{price:.4f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class _Line:
    """One line on a chart: levels of one price share it; the group is that of the first."""

    name: str
    group: str
    price: str


def _drawn(found: PriceLevels) -> list[_Line]:
    """The lines to draw: levels that have a price, those of one price put together."""
    lines: dict[str, _Line] = {}
    for level in found.levels:
        if level.mapped is None:
            continue
        price = _number(level.mapped)
        first = lines.get(price)
        lines[price] = (
            replace(first, name=f"{first.name}, {level.name}") if first else _Line(level.name, level.group, price)
        )
    return list(lines.values())


def _missing(found: PriceLevels) -> list[str]:
    return [f"none: {level.name} ({level.note})" for level in found.levels if level.mapped is None]


def _comments(contracts: Contracts, found: PriceLevels, mark: str) -> list[str]:
    return [f"{mark} {line}" for line in (heading(contracts, found), *_missing(found))]


def _tradingview(contracts: Contracts, found: PriceLevels) -> str:
    return ";".join([heading(contracts, found), *(f"{line.name}={line.price}" for line in _drawn(found))])


def _pine(contracts: Contracts, found: PriceLevels) -> str:
    def shade(group: str) -> str:
        red, green, blue = _SHADES.get(group, _GREY).rgb
        return f"#{red:02x}{green:02x}{blue:02x}"

    rules = (("Zero", "zero_gamma"), ("Flip", "flip"), ("Call", "call_wall"), ("Put", "put_wall"),
             ("Net long", "net_long"), ("Net short", "net_short"))  # fmt: skip
    lines = [
        "//@version=6",
        *_comments(contracts, found, "//"),
        "// Tomorrow: paste the line of the format tradingview into the input Levels.",
        'indicator("GEX levels", overlay = true, max_lines_count = 100, max_labels_count = 100)',
        f'string levels = input.text_area("{_tradingview(contracts, found)}", "Levels")',
        "",
        "shade(string name) =>",
        f"    color found = {shade('')}",
        *(
            line
            for start, group in rules
            for line in (f'    if str.startswith(name, "{start}")', f"        found := {shade(group)}")
        ),
        "    found",
        "",
        "if barstate.islastconfirmedhistory",
        '    for item in str.split(levels, ";")',
        '        array<string> parts = str.split(item, "=")',
        "        if array.size(parts) == 2",
        "            string name = array.get(parts, 0)",
        "            float price = str.tonumber(array.get(parts, 1))",
        "            color tint = shade(name)",
        "            line.new(bar_index, price, bar_index + 1, price, extend = extend.both, color = tint)",
        "            label.new(bar_index + 5, price, name, color = color.new(tint, 100), textcolor = tint, "
        "style = label.style_label_left)",
    ]
    return "\n".join(lines) + "\n"


def _ninjatrader(contracts: Contracts, found: PriceLevels) -> str:
    lines = [
        *_comments(contracts, found, "//"),
        "using System.Windows.Media;",
        "using NinjaTrader.Gui;",
        "using NinjaTrader.NinjaScript.DrawingTools;",
        "",
        "namespace NinjaTrader.NinjaScript.Indicators",
        "{",
        "    public class GexLevels : Indicator",
        "    {",
        "        protected override void OnStateChange()",
        "        {",
        "            if (State == State.SetDefaults)",
        "            {",
        '                Name = "GexLevels";',
        f'                Description = "{heading(contracts, found)}";',
        "                IsOverlay = true;",
        "            }",
        "        }",
        "",
        "        protected override void OnBarUpdate()",
        "        {",
    ]
    for line in _drawn(found):
        brush = f"Brushes.{_SHADES.get(line.group, _GREY).brush}"
        lines += [
            f'            Draw.HorizontalLine(this, "{line.name}", {line.price}, {brush});',
            f'            Draw.Text(this, "{line.name} text", "{line.name} {line.price}", 0, {line.price}, {brush});',
        ]
    return "\n".join([*lines, "        }", "    }", "}"]) + "\n"


def _sierra(contracts: Contracts, found: PriceLevels) -> str:
    rows = [
        f'        {{ {line.price}, "{line.name}", RGB({", ".join(map(str, _SHADES.get(line.group, _GREY).rgb))}) }},'
        for line in _drawn(found)
    ]
    lines = [
        *_comments(contracts, found, "//"),
        '#include "sierrachart.h"',
        "",
        'SCDLLName("GEX levels")',
        "",
        "SCSFExport scsf_GexLevels(SCStudyInterfaceRef sc)",
        "{",
        "    if (sc.SetDefaults)",
        "    {",
        '        sc.GraphName = "GEX levels";',
        f'        sc.StudyDescription = "{heading(contracts, found)}";',
        "        sc.GraphRegion = 0;",
        "        sc.AutoLoop = 0;",
        "        return;",
        "    }",
        "    struct Level { double Price; const char* Name; COLORREF Shade; };",
        "    static const Level Levels[] = {",
        *rows,
        "    };",
        "    const int Count = sizeof(Levels) / sizeof(Levels[0]);",
        "    for (int i = 0; i < Count; ++i)",
        "    {",
        "        s_UseTool Tool;",
        "        Tool.Clear();",
        "        Tool.ChartNumber = sc.ChartNumber;",
        "        Tool.DrawingType = DRAWING_HORIZONTALLINE;",
        "        Tool.LineNumber = 51700000 + i;",
        "        Tool.AddMethod = UTAM_ADD_OR_ADJUST;",
        "        Tool.Region = sc.GraphRegion;",
        "        Tool.BeginValue = Levels[i].Price;",
        "        Tool.Color = Levels[i].Shade;",
        "        Tool.LineWidth = 1;",
        "        Tool.ShowPrice = 1;",
        "        Tool.Text = Levels[i].Name;",
        "        sc.UseTool(Tool);",
        "    }",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _thinkorswim(contracts: Contracts, found: PriceLevels) -> str:
    lines = [
        *_comments(contracts, found, "#"),
        "declare upper;",
        "input showNames = yes;",
        "def lastBar = !IsNaN(close) and IsNaN(close[-1]);",
    ]
    for line in _drawn(found):
        plot = re.sub(r"[^A-Za-z0-9]", "", line.name.partition(",")[0].title())
        shade = f"Color.{_SHADES.get(line.group, _GREY).thinkscript}"
        lines += [
            f"plot {plot} = {line.price};",
            f"{plot}.SetDefaultColor({shade});",
            f'AddChartBubble(showNames and lastBar, {line.price}, "{line.name}", {shade}, yes);',
        ]
    return "\n".join(lines) + "\n"


def _csv(contracts: Contracts, found: PriceLevels) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["level", "price", "underlying", "from_spot", "near", "note", "as_of", "sign", "mapping", "target"])
    about = [contracts.as_of.isoformat(), str(contracts.settings.sign), str(found.mapping) if found.target else "",
             "" if found.target is None else _number(found.target)]  # fmt: skip
    for level in found.levels:
        if level.price is None or level.mapped is None or level.distance is None:
            table.writerow([level.name, "", "", "", "", level.note, *about])
            continue
        prices = [_number(level.mapped), _number(level.price), f"{level.distance:.6f}"]
        table.writerow([level.name, *prices, "near" if level.near else "", level.note, *about])
    return out.getvalue()


_WRITERS: dict[LevelsFormat, Callable[[Contracts, PriceLevels], str]] = {
    LevelsFormat.TRADINGVIEW: _tradingview,
    LevelsFormat.PINE: _pine,
    LevelsFormat.NINJATRADER: _ninjatrader,
    LevelsFormat.SIERRA: _sierra,
    LevelsFormat.THINKORSWIM: _thinkorswim,
    LevelsFormat.CSV: _csv,
}
