"""docs/functions.md, made from the registry: `python -m gex_xl.functions.reference > docs/functions.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from gex_xl.functions import REGISTRY
from gex_xl.functions.evaluation import evaluate
from gex_xl.functions.registry import Function
from gex_xl.functions.signature import CHAIN, COMMON, MARKET, POSITIONS, Argument
from gex_xl.functions.tasks import TASKS
from gex_xl.settings import HELP, Settings

_ROWS, _LETTERS = 5, 90  # of a table, header included; of a cell
_NOISE = 1e-9
_SHARED = (CHAIN, POSITIONS, *COMMON, *MARKET)
_INTRODUCTION = """\
# Worksheet functions

| I want to know | Function | Formula to type | Unit |
| --- | --- | --- | --- |
{tasks}

A figure that does not exist is `#N/A`; bad input is `#VALUE!` with one sentence that names the cell and says what
would be right. A table spills below and to the right of its formula.

## Arguments that functions share

They stand in this order: the chain or the positions, what the function itself requires, `[spot]`, `[as_of]`,
`[settings]`, what it can take besides. Arguments in brackets may be left out.

{shared}

## Examples

Every function shows a formula and what it gives, computed when this page was made. The names in the formulas are the
ranges under [Example ranges](#example-ranges): paste one into a sheet and name it. Long tables are cut.
"""


def reference_page() -> str:
    """The page as text: tasks, shared arguments, every function with an example, settings, the example ranges."""
    ranges = _Ranges()
    tasks = (f"| {task} | `{name}` | `{ranges.formula(REGISTRY[name])}` | {unit} |" for task, name, unit in TASKS)
    out = [_INTRODUCTION.format(tasks="\n".join(tasks), shared="\n".join(map(_listed, _SHARED)))]
    for category in dict.fromkeys(record.category for record in REGISTRY.values()):
        out.append(f"## {category}\n")
        out += [_entry(record, ranges) for record in REGISTRY.values() if record.category == category]
    out.append(_settings())
    out.append(ranges.listed())
    return "\n".join(out)


class _Ranges:
    """The ranges of the examples, each named when a formula first needs it."""

    def __init__(self) -> None:
        self._named: dict[str, Any] = {}

    def formula(self, record: Function) -> str:
        """The example as typed into a cell."""
        cells = [self._typed(a, value) for a, value in zip(record.arguments, record.example, strict=False)]
        return f"={record.name}({', '.join(cells)})".replace(", ,", ",,").replace(", ,", ",,")

    def _typed(self, argument: Argument, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, list):
            return self._name(argument.name.capitalize(), value)
        if isinstance(value, bool):
            return str(value).upper()
        return f'"{value}"' if isinstance(value, str) else f"{value:g}"

    def _name(self, name: str, value: Any) -> str:
        candidates = (name, *(f"{name}_{number}" for number in range(2, 100)))
        free = next(word for word in candidates if word not in self._named or self._named[word] == value)
        self._named[free] = value
        return free

    def listed(self) -> str:
        """Every range in a form that can be copied into a sheet."""
        blocks = (f"### {name}\n\n```text\n{_as_text(cells)}\n```\n" for name, cells in self._named.items())
        return "# Example ranges\n\nAll of them are made up.\n\n" + "\n".join(blocks)


def _as_text(cells: list[list[Any]]) -> str:
    return "\n".join("\t".join("" if cell is None else str(cell) for cell in row).rstrip() for row in cells)


def _listed(argument: Argument) -> str:
    return f"- `{argument.name}`: {argument.help}."


def _entry(record: Function, ranges: _Ranges) -> str:
    own = [_listed(argument) for argument in record.arguments if argument not in _SHARED]
    lines = [f"### `{record.signature}`", "", f"{record.help}. Returns {record.returns}.", "", *own]
    lines += ["", f"`{ranges.formula(record)}`"] if own else [f"`{ranges.formula(record)}`"]
    result = evaluate(record, record.example)
    if not isinstance(result, list):
        return "\n".join([*lines[:-1], f"{lines[-1]} gives `{_cell(result)}`.", ""])
    return "\n".join([*lines[:-1], f"{lines[-1]} gives", "", *_shortened(result), ""])


def _shortened(rows: list[list[Any]]) -> list[str]:
    """The first rows of a table."""
    shown = [[_cell(cell) for cell in row] for row in rows[:_ROWS]]
    out = ["| " + " | ".join(row) + " |" for row in shown]
    out.insert(1, "|" + " --- |" * len(shown[0]))
    left = len(rows) - len(shown)
    return [*out, "", f"and {left} more rows."] if left else out


def _cell(value: Any) -> str:
    """A cell as a page can hold it: figures with six digits, the same on every machine."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)):
        if abs(value) < _NOISE:
            return "0"
        return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:.6g}"
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= _LETTERS else f"{text[: _LETTERS - 3].rstrip()}..."


def _settings() -> str:
    defaults = Settings().as_dict()
    rows: Iterable[str] = (f"| `{key}` | `{_plain(defaults[key])}` | {text} |" for key, text in HELP.items())
    return "\n".join(
        [
            "# Settings",
            "",
            "A two-column range of setting and value, or text such as `sign=long_calls; unit=usd_bn`.",
            "",
            "| setting | default | what it decides |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


if __name__ == "__main__":
    sys.stdout.buffer.write(reference_page().encode())
