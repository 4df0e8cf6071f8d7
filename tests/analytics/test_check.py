"""What the check says: counts, carry, both totals, and each warning when and only when it applies."""

import datetime as dt
import math
from typing import Any

import pytest

from gex_xl.analytics.check import Check, check, status
from gex_xl.analytics.contracts import prepare
from gex_xl.settings import Settings

from .synthetic import AS_OF, NEW_YORK, chain_of, delta, gamma, years_between

SPOT = 5000.0


def book(forward_shift: float = 0.0, **more: Any) -> list[dict[str, Any]]:
    """Two expiries with deltas: 3 % of carry, the forward moved by `forward_shift` of spot."""
    out = []
    for expiry, root in (("2025-03-07", "SPXW"), ("2025-06-20", "SPX")):
        t = years_between(AS_OF, expiry, *((16, 0) if root == "SPXW" else (9, 30)))
        forward, v = SPOT * (math.exp(0.03 * t) + forward_shift), 0.2 * math.sqrt(t)
        for k in (4600, 4900, 5000, 5100, 5400):
            for right, oi in (("C", 10), ("P", 30)):
                out.append(
                    {
                        "root": root, "expiry": expiry, "right": right, "strike": k, "iv": 0.2, "oi": oi,
                        "delta": delta(forward, k, v, right), "gamma": gamma(SPOT, forward, k, v), **more,
                    }
                )  # fmt: skip
    return out


def checked(contracts: list[dict[str, Any]], as_of: dt.datetime = AS_OF, **changes: Any) -> Check:
    return check(prepare(chain_of(contracts, SPOT, as_of), None, None, Settings().with_changes(changes)))


def test_counts_carry_and_both_totals() -> None:
    expired = {**book()[0], "expiry": "2025-02-28", "oi": 7}
    found = checked([*book(), expired])
    assert (found.rows, found.used, found.open_interest_used) == (21, 20, 400)
    assert found.excluded == {"expired": (1, 7.0)}
    assert [(c.expiry.isoformat(), c.settlement.hour, c.source) for c in found.carry] == [
        ("2025-03-07", 16, "deltas"),
        ("2025-06-20", 9, "deltas"),
    ]
    assert [c.carry for c in found.carry] == pytest.approx([0.03, 0.03], rel=1e-6)
    assert [c.forward for c in found.carry] == pytest.approx([SPOT * math.exp(0.03 * c.years) for c in found.carry])
    # The column holds the model's own gamma here, and puts weigh three times as much as calls.
    assert found.model_total == pytest.approx(found.vendor_total, rel=1e-9)
    assert found.model_total is not None
    assert found.model_total > 0
    assert found.warnings == []


def test_no_gamma_column_no_feed_total() -> None:
    assert checked([{**line, "gamma": None} for line in book()]).vendor_total is None


@pytest.mark.parametrize(
    ("contracts", "changes", "said"),
    [
        ([{**x, "gamma": 0.0 if x["right"] == "P" else x["gamma"]} for x in book()], {}, "differ in sign"),
        (book(0.004), {}, "they are of two instants"),
        (book(-0.004), {}, "they are of two instants"),
        ([{**x, "root": "NVDA"} for x in book()], {}, "revisit it for NVDA"),
        (book(position=5), {}, "known dealers' positions replace"),
        (book(), {"carry": "none"}, "forward = spot"),
    ],
)
def test_each_warning_where_it_applies(contracts: list[dict[str, Any]], changes: dict[str, Any], said: str) -> None:
    found = [text for text in checked(contracts, **changes).warnings if said in text]
    assert len(found) == 1
    assert not [text for text in checked(book()).warnings if said in text]


def test_a_late_spot_names_both_prices() -> None:
    """The limit of the forwards for T -> 0, and the spot of the paste; 0.3 % of carry a year is no gap."""
    (text,) = (t for t in checked(book(0.004)).warnings if "two instants" in t)
    assert "paste says spot is 5,000.00" in text
    assert "quoted around 5,020." in text


def test_a_spot_far_from_the_options_own_names_both() -> None:
    found = check(prepare(chain_of(book(), SPOT), 2 * SPOT)).warnings
    assert [t for t in found if t.startswith("spot 10,000.00 is 100% from the options' own, 5,000.00")]
    assert not [t for t in found if "paste says spot is 10,000" in t or "next days" in t]


@pytest.mark.parametrize(("factor", "warned"), [(0.7, True), (0.9, False), (1.0, False), (1.1, False), (1.3, True)])
def test_a_feed_gamma_more_than_a_fifth_from_the_models_is_a_warning(factor: float, warned: bool) -> None:
    """The made-up feed's gamma is the model's own, times the factor; a fifth of gross is the bound."""
    (plain,) = (c for c in checked(book()).vendor_gamma[:1])
    assert plain.vendor_gross == pytest.approx(plain.model_gross, rel=0.05)
    found = [t for t in checked([{**x, "gamma": x["gamma"] * factor} for x in book()]).warnings if "more than 20%" in t]
    assert bool(found) == warned


def test_single_names_are_not_warned_of_with_the_other_sign() -> None:
    assert checked([{**x, "root": "NVDA"} for x in book()], sign="long_calls").warnings == []


def test_the_floor_and_solved_iv_are_said() -> None:
    late = dt.datetime(2025, 3, 7, 15, 45, tzinfo=NEW_YORK)
    assert any("10 contracts have less than 30 minutes left" in t for t in checked(book(), late).warnings)
    contracts = [{**x, "iv": None, "bid": 400.0, "ask": 410.0} if x["strike"] == 4600 else x for x in book()]
    solved = checked([x for x in contracts if x["right"] == "C"], carry="none").warnings
    assert any("2 contracts had no implied volatility" in t for t in solved)


def test_status_in_one_sentence() -> None:
    fine = prepare(chain_of(book(), SPOT))
    assert status(fine) == "20 of 20 contracts used"
    expired = {**book()[0], "expiry": "2025-02-28"}
    some = prepare(chain_of([*book(), expired], SPOT), None, None, Settings().with_changes({"carry": "none"}))
    assert status(some) == "20 of 21 contracts used; 1 left out, most as: expired; 1 to look at in Check"
