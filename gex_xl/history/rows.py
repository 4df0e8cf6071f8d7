"""One row per chain file, and what is added once all rows are known: z-scores and the regime that rests on them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.flip import LongSide
from gex_xl.analytics.headline import recorded
from gex_xl.analytics.regime import regime, triggers
from gex_xl.analytics.zscore import rolling
from gex_xl.chain import Chain
from gex_xl.reading.values import text
from gex_xl.settings import Settings

Row = dict[str, Any]
#: Raised when a figure changes its meaning, so that rows of two meanings never stand in one history.
_MEANING = 1
_SCORED = ("total_gex", "skew_25d", "short_slope", "med_slope")
_NUMBERS = (
    "spot", "total_gex", "call_gex", "put_gex", "flip_strike", "zero_gamma", "skew_25d", "iv_9d", "iv_30d", "iv_90d",
    "short_slope", "med_slope",
)  # fmt: skip
SCORES = tuple(f"{name}_z" for name in _SCORED)
NUMBERS = (*_NUMBERS, *SCORES)
#: Exposure in the unit named in `unit`, prices in USD, skew and iv decimal; `date` is New York's day valued at.
COLUMNS = (
    "date", "symbol", "as_of", *_NUMBERS, *SCORES, "long_side", "regime", "contracts", "unit", "reason", "file",
    "content", "settings",
)  # fmt: skip
_SEPARATOR = " | "


def settings_text(settings: Settings) -> str:
    """The settings that differ from the defaults, and a digest of all of them and of what the figures mean."""
    everything = json.dumps([settings.as_dict(), _MEANING], sort_keys=True)
    defaults = Settings().as_dict()
    changed = "; ".join(f"{key}={value}" for key, value in settings.as_dict().items() if value != defaults[key])
    return f"{changed or 'defaults'} #{hashlib.sha256(everything.encode()).hexdigest()[:8]}"


def content_of(file: Path) -> str:
    """A digest of a file's bytes: by it a file is known again under another name."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()[:32]


def row_of(file: str, settings: Settings) -> Row:
    """All figures of one chain file that need no other file; None where there is none, with the reason.

    A plain dictionary of text and numbers, so that it can be computed in another process or on another machine.
    Raises BadInput for a file that is no chain, or has no spot or quote time.
    """
    figures, reasons = recorded(prepare(Chain.from_file(file), None, None, settings))
    said = _SEPARATOR.join(f"{name}: {why}" for name, why in reasons.items())
    own = {"reason": said, "file": " ".join(text(Path(file).name).splitlines()), "settings": settings_text(settings)}
    return dict.fromkeys(COLUMNS) | figures | own


def completed(rows: Iterable[Row], settings: Settings) -> list[Row]:
    """The rows by symbol and time, with z-scores and regime.

    A row's z-scores compare it with the 252 dates before its own of the same symbol; of several files of one
    date the last quote time stands for that date. So no row depends on a later one.
    """
    ordered = sorted(rows, key=lambda row: (row["symbol"], row["date"], _instant(row), row["file"], row["content"]))
    out: list[Row] = []
    for _, group in groupby(ordered, key=lambda row: row["symbol"]):
        out += _scored([dict(row) for row in group])
    for row in out:
        row["regime"] = _regime(row, settings)
    return out


def _instant(row: Row) -> float:
    from datetime import datetime

    return datetime.fromisoformat(row["as_of"]).timestamp()


def _scored(rows: list[Row]) -> list[Row]:
    """One symbol's rows with their z-scores, and the reasons of those that are missing."""
    days = [date.fromisoformat(row["date"]) for row in rows]
    reasons = [[part for part in (row["reason"] or "").split(_SEPARATOR) if part] for row in rows]
    reasons = [[part for part in parts if part.partition(":")[0] not in SCORES] for parts in reasons]
    for name in _SCORED:
        values = np.array([math.nan if row[name] is None else row[name] for row in rows], dtype=np.float64)
        for row, found, parts in zip(rows, rolling(days, values), reasons, strict=True):
            row[f"{name}_z"] = None if isinstance(found, str) else found
            if isinstance(found, str) and row[name] is not None:
                parts.append(f"{name}_z: {found}")
    for row, parts in zip(rows, reasons, strict=True):
        row["reason"] = _SEPARATOR.join(parts)
    return rows


def _regime(row: Row, settings: Settings) -> str | None:
    if not (row["total_gex"] or row["call_gex"] or row["put_gex"]):  # without figures, or nothing is held
        return None
    side = row["long_side"]
    return str(
        regime(
            triggers(
                row["total_gex"], row["spot"], row["flip_strike"] if side else None,
                long_side=LongSide(side) if side else LongSide.ABOVE, skew_25d_z=row["skew_25d_z"],
                short_slope=row["short_slope"], med_slope=row["med_slope"], settings=settings,
            )
        )
    )  # fmt: skip
