"""Worksheet functions under arguments drawn at random: each call gives cells, or one sentence.

`test_random_calls.py` runs a hundred thousand with a fixed seed. For more, or from another seed:

    uv run python -m tests.random_calls --calls 1000000 --seed 7
"""

from __future__ import annotations

import argparse
import datetime as dt
import pickle
import random
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

from xlwings import XlwingsError

from gex_xl.functions import REGISTRY
from gex_xl.functions.registry import Function
from gex_xl.settings import HELP, choices
from gex_xl.udfs import FUNCTIONS

LONGEST_SENTENCE = 1000
LONGEST_CELL = 32_767  # of an Excel cell
#: What a cell may hold, for one reason or another.
CELLS: tuple[Any, ...] = (
    None, "", " ", 0, 0.0, -0.0, 1, -1, 2, 5, 16, 0.5, -0.5, 1e-9, 1e-300, 5e-324, 1e9, 1e12, 1e15, 1e18, 1e100, 1e300,
    -1e300, float("inf"), float("-inf"), float("nan"), 2**63, 10**30, 10**400, -(10**400), True, False, 5000, 4950.0,
    45720, 45720.52, 2_958_465, 2_958_466, 99_999_999, "5000", "1,5", "1.234,5", "25%", "-1%, 1%", "1e5", "1e400",
    "1_000", "９", "٣", "nan", "inf", "#N/A", "#VALUE!", "#REF!", "n/a", "x", "C", "P", "call", "put", "SPX", "SPXW",
    "shares", "future", "2025-03-03", "2025-03-07 16:00", "2025-03-03 24:00", "03/04/2025", "31/02/2025", "0001-01-01",
    "9999-12-31", "2025-03-03T12:00:00+14:00", "2025-03-09 02:30", "Mar 7, 2025", "19 JAN 24", "\x00", "\ud800",
    "\u202e7", "🙂" * 40, "x" * 70, "word " * 9000, "9" * 400, "=1+1", "@x", "a;b", "a\nb", "a=b;c", "[", "(", "\\",
    "%", "{", "%s {0}", "all", "net", "vanna", "ratio", "strike", "Chain #ffffff",
    "SPX 16 contracts 2025-03-03 #000000",
    dt.datetime(2025, 3, 3, 11, 30), dt.datetime.min, dt.datetime.max, dt.date(2025, 3, 7), dt.date.min, dt.date.max,
    dt.datetime(9999, 12, 31, tzinfo=dt.timezone(dt.timedelta(hours=-14))),
)  # fmt: skip
#: No message quotes more of these.
LONG = [cell[:61] for cell in CELLS if isinstance(cell, str) and len(cell) > 60]
RANGES: tuple[Any, ...] = (
    [], [[]], [[], []], [[None]], [[None, None], [None, None]], [["a"]], [["a", "b"]], [[1, 2], [3, 4]],
    [["x"] * 300], [[float("nan")] * 3] * 3, [[1], [2, 3], []], [["sign", "long_calls"], ["unit"]], [["unit", 1e300]],
    [[0.01], [-0.01], [1e9]], [0.01, "x", None], [[[1]]], (), ((1, 2),), [None, [1]],
)  # fmt: skip


def settings_text(source: random.Random) -> str:
    """Settings as text, most of them in order."""
    pairs = []
    for _ in range(source.randint(1, 3)):
        key = source.choice(list(HELP))
        value: Any = source.choice([*choices(key), "auto", 0, 1, 1e-9, 0.5, 3, 100, 1e9])
        if key in ("expiries", "strikes", "profile_range"):
            value = source.choice(
                ("all", "0dte", "weekly", "monthly", "<=30d", "<=1e9d", "2025-03-07", "45723", "80%:120%", "4900:5100",
                 "5000:", ":1", "99.99%:100.01%", "1%:100000%", "1e400:2")
            )  # fmt: skip
        pairs.append(f"{key}={source.choice(CELLS) if source.random() < 0.15 else value}")
    return source.choice((";", "; ", "\n")).join(pairs)


def spoilt(source: random.Random, table: Sequence[Any]) -> list[Any]:
    """A range with some of its cells, rows or columns changed."""
    rows: list[Any] = [list(row) if isinstance(row, (list, tuple)) else [row] for row in table]
    for _ in range(source.randint(1, 3)):
        if not rows:
            break
        at, action = source.randrange(len(rows)), source.randrange(14)
        if action == 0:
            del rows[at]
        elif action == 1:
            rows.insert(at, list(source.choice(rows)))
        elif action == 2:
            rows = rows[:at]
        elif action == 3:
            column = source.randrange(max(map(len, rows)) + 1)
            rows = [row[:column] + row[column + 1 :] for row in rows]
        elif action == 4:
            column, value = source.randrange(max(map(len, rows)) + 1), source.choice(CELLS)
            rows = [[*row[:column], value, *row[column + 1 :]] if n else row for n, row in enumerate(rows)]
        elif action == 5:
            source.shuffle(rows)
        elif action == 6:
            rows[at] = [source.choice(CELLS) for _ in rows[at]]
        elif action == 7:
            column, scale = (
                source.randrange(max(map(len, rows)) + 1),
                source.choice((-1, 0, 1e-6, 1e-3, 1e3, 1e6, 1e12)),
            )
            for row in rows:
                if column < len(row) and type(row[column]) in (int, float) and abs(row[column]) < 1e300:
                    row[column] *= scale
        elif rows[at]:
            rows[at][source.randrange(len(rows[at]))] = source.choice(CELLS)
    return rows


def argument(source: random.Random, name: str, example: Any) -> Any:
    """Some value for an argument: like its example, or like nothing."""
    dice = source.random()
    if name == "settings" and dice < 0.6:
        return settings_text(source)
    if isinstance(example, list) and dice < 0.75:
        return spoilt(source, example)
    if dice < 0.9:
        return source.choice(CELLS)
    return source.choice(RANGES) if dice < 0.96 else spoilt(source, source.choice(TABLES))


#: Every range of an example, whatever it is for.
TABLES = [given for record in REGISTRY.values() for given in record.example if isinstance(given, list)]


def drawn(source: random.Random, record: Function) -> list[Any]:
    """Arguments of a function: its example, one to three of them replaced."""
    given = [*record.example, *[None] * (len(record.arguments) - len(record.example))]
    for _ in range(source.randint(1, 3)):
        at = source.randrange(len(given))
        # A chain that is refused hides what stands behind it.
        if at == 0 and source.random() < 0.5:
            at = source.randrange(len(given))
        given[at] = argument(source, record.arguments[at].name, given[at])
    return given


def fault(name: str, given: Sequence[Any]) -> str | None:
    """What is wrong with one call; None where it gave cells or one sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = FUNCTIONS[name](*pickle.loads(pickle.dumps(given)))  # noqa: S301  a copy, the quickest
        except XlwingsError as error:
            said = str(error)
            whole = said.isprintable() and said.startswith(f"{name}: ") and len(said) <= LONGEST_SENTENCE
            whole = whole and not any(start in said for start in LONG)
            return None if whole else f"the sentence {said[:300]!r} ({len(said)} characters)"
        except Exception as error:  # what is looked for
            frames = traceback.extract_tb(error.__traceback__)
            place = frames[-1]
            own = [f for f in frames if "gex_xl" in f.filename or f is place][-1]
            return f"{type(error).__name__} in {own.filename}:{own.lineno} ({place.name}): {str(error)[:200]}"
    rows = found if isinstance(found, list) else [[found]]
    if not rows or len({len(row) for row in rows}) != 1:
        return "a table that is empty or ragged"
    for cell in (cell for row in rows for cell in row):
        if type(cell) not in (str, float, int, bool) or (isinstance(cell, float) and cell - cell != 0):
            return f"the cell {cell!r} of type {type(cell).__name__}"
        if isinstance(cell, str) and len(cell) > LONGEST_CELL:
            return f"a cell of {len(cell)} characters"
    return None


#: These compute a chain or a book many times over, or solve programs: drawn once where others are drawn four times.
DEAR = frozenset(
    {
        "CHOICE_TABLE", "DIALECTS", "GEX_GRID", "HEADLINE", "HEDGE_BASKET", "HEDGE_OPTIONS", "KNOWN_EFFECT",
        "LOAD_BOOK", "RESIDUAL_RISK", "WHAT_IF",
    }
)  # fmt: skip


def run(calls: int, seed: int, names: Sequence[str] = tuple(REGISTRY)) -> tuple[Counter[str], dict[str, Any]]:
    """How often each fault was met, and the first call of each. The same seed gives the same calls."""
    source, met, first = random.Random(seed), Counter[str](), {}  # noqa: S311  nothing is secret here
    cheap = [name for name in names if name not in DEAR]
    turns = [*names, *cheap * 3]
    for number in range(calls):
        name = turns[number % len(turns)]
        given = drawn(source, REGISTRY[name])
        if (found := fault(name, given)) is not None:
            met[found] += 1
            first.setdefault(found, (name, given))
    return met, first


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shown", type=int, default=300, help="Characters of each faulty call")
    parser.add_argument("--only", nargs="+", default=list(REGISTRY))
    asked = parser.parse_args()
    begun = time.process_time()
    met, first = run(asked.calls, asked.seed, asked.only)
    for found, count in met.most_common():
        name, given = first[found]
        sys.stdout.write(f"{count} x {found}\n    {name}{repr(tuple(given))[: asked.shown]}\n")
    spent = time.process_time() - begun
    sys.stdout.write(f"{asked.calls} calls, {met.total()} faults of {len(met)} kinds, {spent:.0f} s\n")
    return int(bool(met))


if __name__ == "__main__":
    sys.exit(main())
