"""What the other sign convention says of a chain: it stands beside every headline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import nothing_held, total
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.regime import regime
from gex_xl.analytics.summary import RegimeInputs, triggers_of
from gex_xl.settings import Sign


@dataclass(frozen=True, slots=True)
class OtherSign:
    """The headline under another convention: `total` in the unit of the settings, `zero_gamma` in USD.

    `zero_gamma` is None where the profile keeps one sign, `regime` where nothing is held.
    """

    sign: str
    total: float
    zero_gamma: float | None
    regime: str | None


def other_sign(sign: Sign) -> Sign:
    """The convention that stands beside the chosen one: long_calls, or under it customer_flow (method, section 1)."""
    return Sign.CUSTOMER_FLOW if sign is Sign.LONG_CALLS else Sign.LONG_CALLS


def under_other_sign(contracts: Contracts, inputs: RegimeInputs | None = None) -> OtherSign:
    """Total, zero gamma and regime of the same chain under the other convention; known positions stay as they are.

    Raises NoValue where no contract is left. Method, section 1.
    """
    given = inputs or RegimeInputs()
    sign = other_sign(contracts.settings.sign)
    settings = contracts.settings.with_changes({"sign": sign, "unit": contracts.settings.unit})
    other = prepare(contracts.chain, contracts.spot, contracts.as_of, settings)
    # Where every sign is turned the roots stay: they need not be looked for again.
    turned = np.array_equal(other.position, -contracts.position)
    zero = zero_gamma(contracts if turned else other)
    fired = triggers_of(other, given.vix9d, given.vix, given.vix3m, given.skew_25d_z, given.past)
    word = None if nothing_held(other) else str(regime(fired))
    return OtherSign(str(sign), total(other).net, zero, word)
