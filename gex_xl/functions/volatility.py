"""Worksheet functions for implied volatility: skew, term structure, and how unusual a figure is."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import numpy as np

from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.expiries import chosen_atm_iv
from gex_xl.analytics.skew import skew_25d, smile_of
from gex_xl.analytics.term_structure import MATURITIES, VixFamily, maturities, slopes
from gex_xl.analytics.zscore import MINIMUM, WINDOW, EarlierValues, zscore
from gex_xl.errors import NoValue
from gex_xl.functions import arguments
from gex_xl.functions.arguments import Table
from gex_xl.functions.common import EXAMPLE_SMILES, days, days_head
from gex_xl.functions.registry import worksheet

Expiry = Annotated[dt.date, "Expiry date; blank: the shortest expiry that is at least 21 days away"]


@worksheet("Volatility", EXAMPLE_SMILES)
def SKEW_25D(contracts: Contracts, expiry: Expiry | None = None) -> float:
    """25-delta skew: implied volatility of the 25-delta put less that of the 25-delta call.

    Returns number, decimal iv (0.045 is 4.5 vol points); #N/A where no expiry is 21 days away or 25 delta is not
    bracketed.
    """
    return skew_25d(contracts, expiry).value


@worksheet("Volatility", EXAMPLE_SMILES)
def SKEW_CURVE(contracts: Contracts, expiry: Expiry | None = None) -> Table:
    """Implied volatility against delta for one expiry: out-of-the-money puts, then calls, each with its own iv.

    Returns table: strike, right, delta, call delta at that strike (a chart's axis: puts stay left of calls), iv.
    """
    smile = smile_of(contracts, expiry)
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


@worksheet("Volatility", EXAMPLE_SMILES)
def ATM_IV(contracts: Contracts) -> Table:
    """Implied volatility at the forward of every expiry that the filter of expiries leaves.

    Returns table: expiry, settles, days, forward, iv, note; an expiry without one shows #N/A and the reason.
    """
    found = chosen_atm_iv(contracts)
    if not found:
        raise NoValue("no contract is alive, or none that the filter of expiries leaves")
    return [
        ["Expiry", "Settles", days_head(contracts), "Forward (USD)", "ATM IV (decimal)", "Note"],
        *[
            [
                f"{atm.expiry:%Y-%m-%d}", "AM" if atm.am_settled else "PM", days(contracts, atm.years), atm.forward,
                "#N/A" if atm.iv is None else atm.iv, atm.reason,
            ]
            for atm in found
        ],
    ]  # fmt: skip


@worksheet("Volatility", EXAMPLE_SMILES)
def TERM_STRUCTURE(contracts: Contracts, vix: VixFamily) -> Table:
    """At-the-money implied volatility at 9, 30 and 90 days, the two slopes that the regime uses, and their sources.

    Returns table: figure, value, source; what the chain does not reach shows #N/A and the reason.
    """
    found = maturities(contracts)
    limit = contracts.settings.vol_inverted
    rows: Table = [["Figure", "Value", "Source"]]
    for each in MATURITIES:
        iv = found[each].iv
        rows.append([f"ATM IV {each} days (decimal)", "#N/A" if iv is None else iv, found[each].source])
    for name, slope in zip(("Short slope (9 / 30 days)", "Medium slope (30 / 90 days)"),
                           slopes(contracts, *vix), strict=True):  # fmt: skip
        rows.append([name, "#N/A" if slope.value is None else slope.value, slope.source])
        word = "#N/A" if slope.value is None else "yes" if slope.value > limit else "no"
        rows.append([f"{name.split(' (')[0]} inverted", word, f"above {limit:g}"])
    return rows


@worksheet("Volatility", EXAMPLE_SMILES, None, None, None, 15.1, 16.2, 17.9)
def IS_INVERTED(contracts: Contracts, vix: VixFamily) -> bool:
    """Whether the volatility term structure is inverted: a slope above the vol_inverted setting.

    Returns TRUE or FALSE; #N/A where neither slope is known.
    """
    found = slopes(contracts, *vix)
    known = [slope.value for slope in found if slope.value is not None]
    if not known:
        raise NoValue(found[0].source)
    return max(known) > contracts.settings.vol_inverted


@worksheet("Volatility", [[0.031], [0.034], [0.029], [0.033], [0.03], [0.036]], 0.041, 252, 5)
def ZSCORE(
    history: Annotated[
        EarlierValues | None, "Earlier values, oldest first, without the current one; blanks between them are gaps"
    ],
    current: Annotated[float | None, "The value to compare with them", arguments.number_of],
    window: Annotated[int, "How many of the last entries count; blank: 252", arguments.whole(2)] = WINDOW,
    minimum: Annotated[int, "The fewest observations among them; blank: 60", arguments.whole(2)] = MINIMUM,
) -> float:
    """Rolling z-score: (current - mean) / sample standard deviation of the last values of history.

    Returns number; #N/A below the minimum of observations, or where they are all equal.
    """
    if current is None:
        raise NoValue("current is blank")
    return zscore(np.array([]) if history is None else history.values, current, window, minimum)
