"""Every row of WHAT_IF against a run of its own with that setting, through the functions that a user would call."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.what_if import what_if
from gex_xl.chain import Chain
from gex_xl.errors import NoValue
from gex_xl.functions.common import EXAMPLE_CHAIN, EXAMPLE_SMILES
from gex_xl.functions.quality import EXAMPLE_QUOTES
from gex_xl.settings import HELP, READING, Settings, choices
from gex_xl.udfs import FUNCTIONS as F

from .synthetic import chain_of

#: They move no figure of the table: the unit scales all of it, the profile is another table.
ELSEWHERE = {"unit", "dialect", "profile_range", "profile_levels", "walls", "daily_volume", *READING}
VIX = (15.1, 14.9, 14.7)


def text_of(base: str, setting: str, value: Any) -> str:
    return f"{base}; {setting}={value}" if setting != "as it is" else base


def assert_rows_are_runs(
    chain: Any, base: str = "", vix: tuple[float, ...] = (), z: float | None = None, past: Any = None
) -> list[Any]:
    more = [*(vix or (None,) * 3), z, past]
    header, first, *others = F["WHAT_IF"](chain, None, None, base, *more)
    assert first[0] == "as it is"
    for setting, value, total, change, share, flip, regime, contracts, note in [first, *others]:
        settings = text_of(base, setting, value if value != "" else None)
        if total in ("", None):
            assert note
            continue
        # A run that shares nothing with the table: the paste read again, with the settings as text.
        assert total == F["TOTAL_GEX"](chain, None, None, settings), setting
        found = F["FLIP_STRIKE"](chain, None, None, settings)
        assert flip == ("none" if found == "#N/A" else found), setting
        assert regime == F["REGIME"](chain, None, None, settings, *more), setting
        if setting != "as it is":
            assert change == pytest.approx(total - first[2], abs=1e-9 * abs(first[2]))
            gross = sum(
                abs(row[9]) for row in F["CHAIN_TABLE"](chain, None, None, base)[1:] if row[9] not in ("", None)
            )
            assert share == pytest.approx((total - first[2]) / gross, abs=1e-12)
        table = F["CHAIN_TABLE"](chain, None, None, settings)
        assert contracts == sum(row[-1] == "used" for row in table[1:])
    return [header, first, *others]


@pytest.mark.parametrize(
    ("chain", "base", "vix", "z"),
    [
        (EXAMPLE_QUOTES, "", (), None),
        (EXAMPLE_QUOTES, "sign=long_calls; carry=rates; rate=0.03; unit=usd_mn", VIX, -1.8),
        (EXAMPLE_SMILES, "", (), -0.4),
        (EXAMPLE_CHAIN, "flip_pick=nearest; min_minutes=45", VIX, None),
    ],
)
def test_rows_are_runs_of_their_own(chain: Any, base: str, vix: tuple[float, ...], z: float | None) -> None:
    assert_rows_are_runs(chain, base, vix, z)


def test_the_z_score_of_a_history_moves_with_the_choice() -> None:
    """A past of skews so far above today's that the z-score fires, and rises where the choice changes the skew."""
    past = [[0.05 + 0.001 * (i % 7)] for i in range(80)]
    rows = assert_rows_are_runs(EXAMPLE_SMILES, "sign=long_calls", (), None, past)
    notes = {(row[0], row[1]): row[8] for row in rows}
    assert not notes["skew_z", -1.5]


def test_every_setting_is_tried_and_every_word_of_it() -> None:
    rows = F["WHAT_IF"](EXAMPLE_QUOTES)[1:]
    tried = {row[0] for row in rows} - {"as it is"}
    assert tried == set(HELP) - ELSEWHERE
    for key in tried:
        if choices(key):
            default = str(getattr(Settings(), key))
            assert [row[1] for row in rows if row[0] == key] == [word for word in choices(key) if word != default]


def test_the_value_in_use_is_not_tried_again() -> None:
    rows = F["WHAT_IF"](EXAMPLE_QUOTES, None, None, "sign=short_all; rate=0.05; strikes=80%:120%")[1:]
    tried = [(row[0], row[1]) for row in rows]
    assert ("sign", "short_all") not in tried
    assert ("sign", "customer_flow") in tried
    assert ("rate", 0.05) not in tried
    assert ("rate", 0.0) in tried
    assert ("strikes", "all") in tried


#: What a paste lacks -> setting, value and the reason that stands in place of figures.
REASONS = [
    ({"volume"}, "weight", "volume", "no volume in the paste"),
    ({"gamma"}, "gamma_source", "vendor", "no gamma in the paste"),
    ({"delta"}, "carry", "deltas", "no deltas in the paste"),
    ({"bid", "ask"}, "carry", "parity", "no two-sided quotes in the paste"),
    (set(), "dividend_yield", 0.02, "asked for by carry = rates only"),
    (set(), "skew_z", -1.5, "no z-score of the skew is given"),
]


@pytest.mark.parametrize(("lacks", "setting", "value", "reason"), REASONS)
def test_a_choice_that_cannot_be_made_says_why(lacks: set[str], setting: str, value: Any, reason: str) -> None:
    full = [
        {
            "root": "SPXW", "expiry": "2025-03-28", "right": right, "strike": strike, "iv": 0.2, "oi": 10, "volume": 3,
            "gamma": 0.001, "delta": 0.5 if right == "C" else -0.5, "bid": 80.0, "ask": 81.0,
        }
        for strike in range(4900, 5101, 50)
        for right in "CP"
    ]  # fmt: skip
    chain = chain_of([{k: v for k, v in x.items() if k not in lacks} for x in full], 5000.0)
    (hit,) = (one for one in what_if(prepare(chain)) if (one.setting, one.value) == (setting, value))
    assert hit.note == reason
    assert (hit.total, hit.change, hit.gross_share, hit.flip, hit.regime, hit.contracts) == (None,) * 6
    if lacks:
        (made,) = (
            one for one in what_if(prepare(chain_of(full, 5000.0))) if (one.setting, one.value) == (setting, value)
        )
        assert made.total is not None


def test_dealer_positions_and_own_multipliers_leave_no_choice() -> None:
    contracts = [
        {"root": "SPXW", "expiry": "2025-03-28", "right": right, "strike": strike, "iv": 0.2, "oi": 10, "position": -5,
         "multiplier": 100}
        for strike in range(4900, 5101, 50)
        for right in "CP"
    ]  # fmt: skip
    notes = {(one.setting, one.value): one.note for one in what_if(prepare(chain_of(contracts, 5000.0)))}
    assert notes["sign", "long_calls"] == notes["weight", "volume"] == "the paste has dealer_position, which decides"
    assert notes["multiplier", 10.0] == "every contract names its own"


def test_no_contract_left_says_what_was_left_out() -> None:
    rows = {(row[0], row[1]): row for row in F["WHAT_IF"](EXAMPLE_CHAIN)[1:]}
    assert "no contract is left (outside the expiries setting 16)" in rows["expiries", "0dte"][8]
    with pytest.raises(NoValue, match="no contract is left"):
        what_if(prepare(Chain.from_cells(EXAMPLE_CHAIN), None, None, Settings(expiries="0dte")))


def test_the_sign_inverts_the_total() -> None:
    rows = {(row[0], row[1]): row for row in F["WHAT_IF"](EXAMPLE_QUOTES)[1:]}
    base, other = rows["as it is", ""][2], rows["sign", "long_calls"][2]
    assert math.isclose(other, -base)


def test_the_table_pushes_no_chain_out_of_memory() -> None:
    chain = Chain.from_cells(EXAMPLE_QUOTES)
    contracts = prepare(chain)
    what_if(contracts)
    assert prepare(chain) is contracts


def test_a_real_chain(shared_chains: Path) -> None:
    """NVDA: the sign decides the regime, and the feed's gamma gives the published total."""
    chain = Chain.from_file(shared_chains / "cboe_nvda_2025-01-06.csv")
    found = {(one.setting, one.value): one for one in what_if(prepare(chain))}
    assert found["gamma_source", "vendor"].total == pytest.approx(-1.144557e9, rel=1e-6)  # chains/README.md
    for (setting, value), one in found.items():
        if setting in ("carry", "clock", "iv_source", "sign"):
            alone = prepare(Chain.from_file(shared_chains / "cboe_nvda_2025-01-06.csv"), None, None,
                            Settings().with_changes({setting: value}))  # fmt: skip
            expected = math.fsum(alone.shares_gamma) * 0.01 * alone.spot**2
            assert one.total == pytest.approx(expected, rel=1e-12)
