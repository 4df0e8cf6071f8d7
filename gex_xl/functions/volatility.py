"""Worksheet functions for implied volatility: skew, term structure, and how unusual a figure is."""

from __future__ import annotations

from typing import Any

import numpy as np

from gex_xl.analytics.skew import skew_25d, smile_of
from gex_xl.analytics.term_structure import MATURITIES, atm_iv, maturities, slopes
from gex_xl.analytics.zscore import MINIMUM, WINDOW, zscore
from gex_xl.errors import BadInput, NoValue
from gex_xl.functions import arguments
from gex_xl.functions.common import EXAMPLE_SMILES, Table
from gex_xl.functions.registry import worksheet

_EXPIRY = {"expiry": "Expiry date; blank: the shortest expiry that is at least 21 days away"}


@worksheet(
    "Volatility",
    "25-delta skew: implied volatility of the 25-delta put less that of the 25-delta call",
    "number, decimal iv (0.045 is 4.5 vol points); #N/A where no expiry is 21 days away or 25 delta is not bracketed",
    (EXAMPLE_SMILES,),
    help=_EXPIRY,
)
def SKEW_25D(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None, expiry: Any = None) -> float:
    return skew_25d(arguments.contracts(chain, spot, as_of, settings), arguments.day(expiry)).value


@worksheet(
    "Volatility",
    "Implied volatility against delta for one expiry: out-of-the-money puts, then calls, each with its own iv",
    "table: strike, right, delta, call delta at that strike (a chart's axis: puts stay left of calls), iv",
    (EXAMPLE_SMILES,),
    spills=True,
    help=_EXPIRY,
)
def SKEW_CURVE(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None, expiry: Any = None) -> Table:
    smile = smile_of(arguments.contracts(chain, spot, as_of, settings), arguments.day(expiry))
    at = np.flatnonzero(smile.out_of_the_money)
    if not at.size:
        raise NoValue(f"no out-of-the-money contract of {smile.name} has an implied volatility")
    delta, is_call = smile.delta[at], smile.is_call[at]
    columns = (
        smile.strike[at].tolist(),
        np.where(is_call, "C", "P").tolist(),
        delta.tolist(),
        np.where(is_call, delta, smile.spot_discount + delta).tolist(),
        smile.iv[at].tolist(),
    )
    header = ["Strike (USD)", "Right", "Delta", "Call delta at the strike", f"IV {smile.name} (decimal)"]
    return [header, *map(list, zip(*columns, strict=True))]


@worksheet(
    "Volatility",
    "Implied volatility at the forward of every expiry",
    "table: expiry, settles, days, forward, iv, note; an expiry without one shows #N/A and the reason",
    (EXAMPLE_SMILES,),
    spills=True,
)
def ATM_IV(chain: Any, spot: Any = None, as_of: Any = None, settings: Any = None) -> Table:
    found = atm_iv(arguments.contracts(chain, spot, as_of, settings))
    if not found:
        raise NoValue("no contract is alive")
    return [
        ["Expiry", "Settles", "Days", "Forward (USD)", "ATM IV (decimal)", "Note"],
        *[
            [
                f"{atm.expiry:%Y-%m-%d}", "AM" if atm.am_settled else "PM", atm.years * 365, atm.forward,
                "#N/A" if atm.iv is None else atm.iv, atm.reason,
            ]
            for atm in found
        ],
    ]  # fmt: skip


@worksheet(
    "Volatility",
    "At-the-money implied volatility at 9, 30 and 90 days, the two slopes that the regime uses, and their sources",
    "table: figure, value, source; what the chain does not reach shows #N/A and the reason",
    (EXAMPLE_SMILES,),
    spills=True,
)
def TERM_STRUCTURE(
    chain: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    vix9d: Any = None,
    vix: Any = None,
    vix3m: Any = None,
) -> Table:
    contracts = arguments.contracts(chain, spot, as_of, settings)
    indices = (arguments.amount(vix9d, "vix9d"), arguments.amount(vix, "vix"), arguments.amount(vix3m, "vix3m"))
    found = maturities(contracts)
    limit = contracts.settings.vol_inverted
    rows: Table = [["Figure", "Value", "Source"]]
    for days in MATURITIES:
        iv = found[days].iv
        rows.append([f"ATM IV {days} days (decimal)", "#N/A" if iv is None else iv, found[days].source])
    for name, slope in zip(("Short slope (9 / 30 days)", "Medium slope (30 / 90 days)"),
                           slopes(contracts, *indices), strict=True):  # fmt: skip
        rows.append([name, "#N/A" if slope.value is None else slope.value, slope.source])
        word = "#N/A" if slope.value is None else "yes" if slope.value > limit else "no"
        rows.append([f"{name.split(' (')[0]} inverted", word, f"above {limit:g}"])
    return rows


@worksheet(
    "Volatility",
    "Whether the volatility term structure is inverted: a slope above the vol_inverted setting",
    "TRUE or FALSE; #N/A where neither slope is known",
    (EXAMPLE_SMILES, None, None, None, 15.1, 16.2, 17.9),
)
def IS_INVERTED(
    chain: Any,
    spot: Any = None,
    as_of: Any = None,
    settings: Any = None,
    vix9d: Any = None,
    vix: Any = None,
    vix3m: Any = None,
) -> bool:
    contracts = arguments.contracts(chain, spot, as_of, settings)
    indices = (arguments.amount(vix9d, "vix9d"), arguments.amount(vix, "vix"), arguments.amount(vix3m, "vix3m"))
    found = slopes(contracts, *indices)
    known = [slope.value for slope in found if slope.value is not None]
    if not known:
        raise NoValue(found[0].source)
    return max(known) > contracts.settings.vol_inverted


@worksheet(
    "Volatility",
    "Rolling z-score: (current - mean) / sample standard deviation of the last values of history",
    "number; #N/A below the minimum of observations, or where they are all equal",
    ([[0.031], [0.034], [0.029], [0.033], [0.03], [0.036]], 0.041, 252, 5),
    help={
        "history": "Earlier values, oldest first, without the current one; blanks between them are gaps",
        "current": "The value to compare with them",
        "window": "How many of the last entries count; blank: 252",
        "minimum": "The fewest observations among them; blank: 60",
    },
)
def ZSCORE(history: Any, current: Any, window: Any = None, minimum: Any = None) -> float:
    x = arguments.number_of(current, "current")
    if x is None:
        raise NoValue("current is blank")
    earlier = arguments.past(history, None)
    counts = [
        arguments.amount(window, "window") or WINDOW,
        arguments.amount(minimum, "minimum") or MINIMUM,
    ]
    for name, count in zip(("window", "minimum"), counts, strict=True):
        if not (float(count).is_integer() and count >= 2):
            raise BadInput(f'{name} is "{count:g}"; expected a whole number, 2 or more')
    return zscore(np.array([]) if earlier is None else earlier.values, x, int(counts[0]), int(counts[1]))
