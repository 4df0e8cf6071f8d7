"""The split of a change, against a second implementation line by line and against chains moved one input at a time."""

import dataclasses
import datetime as dt
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.change import (
    STEPS,
    by_settlement,
    by_strike,
    change,
    largest_series,
    level_changes,
)
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.dealer_exposure import with_iv
from gex_xl.analytics.exposure import total
from gex_xl.analytics.gamma_map import gamma_map
from gex_xl.analytics.profile import zero_gamma
from gex_xl.analytics.summary import summarise
from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.settings import Settings
from tests.analytics import random_chains, shared_files
from tests.analytics.random_chains import BOOKS, SPOTS, Book
from tests.analytics.synthetic import AS_OF, NEW_YORK, chain_of, gamma

TUESDAY = dt.datetime(2025, 3, 4, 12, 0, tzinfo=NEW_YORK)
Series = tuple[Any, ...]
State = dict[Series, dict[str, float]]


def state_of(contracts: Contracts) -> State:
    """Every used line by series, in plain Python."""
    chain, out = contracts.chain, {}
    for i, at in enumerate(contracts.index.tolist()):
        key = (str(chain.root[at]), chain.settlement[at].item(), float(chain.strike[at]), bool(chain.is_call[at]))
        out[key] = {
            "spot": contracts.spot, "ratio": float(contracts.forward[i]) / contracts.spot,
            "years": float(contracts.years[i]), "discount": float(contracts.spot_discount[i]),
            "iv": float(contracts.stdev[i] / math.sqrt(contracts.years[i])), "strike": float(contracts.strike[i]),
            "position": float(contracts.position[i]),
        }  # fmt: skip
    return out


def worth(line: dict[str, float]) -> float:
    v = line["iv"] * math.sqrt(line["years"])
    return line["position"] * 0.01 * line["spot"] ** 2 * gamma(
        line["spot"], line["spot"] * line["ratio"], line["strike"], v, line["discount"]
    )  # fmt: skip


def naive(then: Contracts, now: Contracts) -> dict[str, float]:
    """The eight steps, a state after another: the whole of the earlier chain is repriced each time."""
    state, later = state_of(then), state_of(now)
    floor = now.settings.min_minutes / (365 * 1440)
    totals = [math.fsum(map(worth, state.values()))]

    def done() -> None:
        totals.append(math.fsum(map(worth, state.values())))

    quoted = now.as_of.astimezone(dt.UTC).replace(tzinfo=None)
    valued = now.valued_at.astimezone(dt.UTC).replace(tzinfo=None)
    for key in [key for key in state if key not in later and key[1] <= quoted]:
        del state[key]
    done()
    for key, line in state.items():
        left = max((key[1] - valued).total_seconds() / (365 * 86_400), floor)
        share = left / line["years"]
        line |= {"years": left, "ratio": line["ratio"] ** share, "discount": line["discount"] ** share}
    done()
    for line in state.values():
        line["spot"] = now.spot
    done()
    curve = {
        moment.item(): (ratio, held)
        for moment, ratio, held in zip(
            now.forwards.settlement, now.forwards.ratio, now.forwards.spot_discount, strict=True
        )
    }
    for key, line in state.items():
        if key[1] in curve:
            line["ratio"], line["discount"] = curve[key[1]]
    done()
    for key, line in state.items():
        line["iv"] = later.get(key, line)["iv"]
    done()
    for key, line in state.items():
        line["position"] = later.get(key, line)["position"]
    done()
    for key in later.keys() - state.keys():
        state[key] = later[key]
    done()
    for key in state.keys() - later.keys():
        del state[key]
    done()
    return dict(zip(STEPS, np.diff(totals).tolist(), strict=True))


def nets(now: Contracts, then: Contracts) -> dict[str, float]:
    return {step.name: step.total.net for step in change(now, then).table()}


@examples(max_examples=60, deadline=None)
@given(BOOKS, BOOKS, SPOTS, SPOTS, st.sampled_from(["customer_flow", "long_calls", "short_all"]),
       st.sampled_from([0.0, 0.05]))  # fmt: skip
def test_every_step_is_that_of_a_naive_second_implementation(
    before: Book, after: Book, first: float, second: float, sign: str, rate: float
) -> None:
    carry = {"carry": "rates", "rate": rate, "sign": sign}
    then = random_chains.contracts_of(before, first, AS_OF, **carry)
    now = random_chains.contracts_of(after, second, TUESDAY, **carry)
    if not then.index.size and not now.index.size:
        return
    found = nets(now, then)
    gross = change(now, then).gross
    for name, expected in naive(then, now).items():
        assert found[name] == pytest.approx(expected, rel=1e-9, abs=1e-10 * gross), name
    steps = math.fsum(found[name] for name in STEPS)
    # A step through a chain far larger than both ends leaves that one's rounding.
    largest = max(gross, *(abs(found[name]) for name in STEPS))
    assert found["then"] + steps == pytest.approx(found["now"], abs=1e-12 * largest)


@examples(max_examples=40, deadline=None)
@given(BOOKS, BOOKS, SPOTS, SPOTS)
def test_strikes_expiries_and_rights_add_up_to_the_change(
    before: Book, after: Book, first: float, second: float
) -> None:
    then, now = random_chains.contracts_of(before, first), random_chains.contracts_of(after, second, TUESDAY)
    if not then.index.size and not now.index.size:
        return
    found = change(now, then)
    steps = found.table()
    near = {"abs": 1e-12 * max(found.gross, 1e-300), "rel": 0}
    for parts in (by_strike(found), by_settlement(found)):
        assert math.fsum(part.then for part in parts) == pytest.approx(steps[0].total.net, **near)
        assert math.fsum(part.now for part in parts) == pytest.approx(steps[-1].total.net, **near)
        for place, step in enumerate(steps[1:-1]):
            assert math.fsum(part.steps[place] for part in parts) == pytest.approx(step.total.net, **near)
        for part in parts:
            assert part.then + math.fsum(part.steps) == pytest.approx(part.now, **near)
    for step in steps:
        assert step.total.call + step.total.put == pytest.approx(step.total.net, **near)


#: Each line by its own iv at F = S, so that one input moves at a time: which side is out of the money, the forward and
#: an iv solved from quotes depend on others.
PLAIN = {"carry": "none", "iv_source": "quoted"}


@pytest.mark.parametrize("name", [name for name in shared_files.FILES if name != "thinkorswim_amzn_2018.csv"])
def test_a_moved_real_chain_gives_each_step_back(name: str, shared_chains: Path) -> None:
    """The chain after each move is read and prepared anew, so the running totals are known beforehand."""
    now = shared_files.contracts_of(shared_chains / name, **PLAIN)
    chain, spot, as_of = now.chain, now.spot, now.as_of
    rng = np.random.default_rng(17)
    n = len(chain)
    iv = chain.iv * rng.uniform(0.9, 1.1, n)
    held = np.floor(chain.open_interest * rng.uniform(0.5, 1.5, n))
    day_before = as_of - dt.timedelta(days=3)

    def told(moment: dt.datetime, price: float, **columns: object) -> float:
        return total(prepare(dataclasses.replace(chain, **columns), price, moment, now.settings)).net

    old = {"iv": iv, "open_interest": held}
    then = prepare(dataclasses.replace(chain, **old), spot * 0.99, day_before, now.settings)
    found = change(now, then)
    steps = {step.name: step.total.net for step in found.table()}
    running = [
        told(day_before, spot * 0.99, **old), told(as_of, spot * 0.99, **old), told(as_of, spot, **old),
        told(as_of, spot, open_interest=held), told(as_of, spot),
    ]  # fmt: skip
    near = {"abs": 1e-11 * found.gross, "rel": 0}
    assert steps["then"] == pytest.approx(running[0], **near)
    assert steps["expired"] + steps["time"] == pytest.approx(running[1] - running[0], **near)
    assert steps["spot"] == pytest.approx(running[2] - running[1], **near)
    assert steps["forward"] == pytest.approx(0.0, **near)
    assert steps["volatility"] == pytest.approx(running[3] - running[2], **near)
    assert steps["open interest"] == pytest.approx(running[4] - running[3], **near)
    assert steps["new series"] == steps["closed series"] == 0
    assert steps["now"] == pytest.approx(running[4], **near)
    gone = {part.expiry for part in by_settlement(found) if part.steps[0]}
    assert all(day <= as_of.date() for day in gone if day)


@pytest.mark.parametrize("name", shared_files.FILES)
def test_nothing_is_lost_between_two_days_of_any_real_chain(name: str, shared_chains: Path) -> None:
    """An earlier day with other spot, iv and open interest, and a tenth of the series only on one of the two."""
    now = with_iv(shared_files.contracts_of(shared_chains / name))
    chain, rng = now.chain, np.random.default_rng(5)
    lost, fresh = rng.random(len(chain)) < 0.1, rng.random(len(chain)) < 0.1
    later = dataclasses.replace(chain, open_interest=np.where(lost, np.nan, chain.open_interest))
    held = np.where(fresh, np.nan, np.floor(chain.open_interest * rng.uniform(0.5, 1.5, len(chain))))
    before = dataclasses.replace(chain, open_interest=held, iv=chain.iv * rng.uniform(0.9, 1.1, len(chain)))
    today = prepare(later, now.spot, now.as_of, now.settings)
    then = prepare(before, 0.98 * now.spot, now.as_of - dt.timedelta(days=4), now.settings)
    found = change(today, then)
    first, *steps, last = (step.total for step in found.table())
    gross = max(found.gross, *(abs(step.net) for step in steps))
    near = {"abs": 1e-12 * gross, "rel": 0}
    assert first.net == pytest.approx(total(then).net, **near)
    assert last.net == pytest.approx(total(today).net, **near)
    for side in ("net", "call", "put"):
        moved = math.fsum(getattr(step, side) for step in steps)
        assert getattr(first, side) + moved == pytest.approx(getattr(last, side), **near)
    for split in (by_strike(found), by_settlement(found)):
        assert math.fsum(part.now - part.then for part in split) == pytest.approx(last.net - first.net, **near)
    assert steps[6].net or steps[7].net


def test_a_moved_forward_is_the_forward_step_alone(shared_chains: Path) -> None:
    """Deribit names a forward for every contract; the earlier chain has each 1 % lower."""
    now = shared_files.contracts_of(shared_chains / "deribit_btc_2021-02-11.csv", iv_source="quoted")
    lower = dataclasses.replace(now.chain, forward=now.chain.forward * 0.99)
    then = prepare(lower, now.spot, now.as_of, now.settings)
    found = change(now, then)
    steps = {step.name: step.total.net for step in found.table()}
    assert steps["forward"] == pytest.approx(total(now).net - total(then).net, abs=1e-12 * found.gross)
    assert steps["forward"] != 0
    for name in set(STEPS) - {"forward"}:
        assert abs(steps[name]) <= 1e-12 * found.gross


@pytest.mark.parametrize("name", shared_files.FILES)
def test_every_real_chain_has_not_changed_against_itself(name: str, shared_chains: Path) -> None:
    now = shared_files.contracts_of(shared_chains / name)
    found = change(now, now)
    assert found.table()[0].total == found.table()[-1].total
    assert found.table()[-1].total.net == pytest.approx(total(with_iv(now)).net, abs=1e-12 * found.gross)
    assert not found.steps.any()
    assert largest_series(found) == ()
    assert {level.moved for level in level_changes(found)} <= {0.0, None}


def test_time_alone_is_the_map_of_the_earlier_chain(shared_chains: Path) -> None:
    """What GAMMA_MAP says today of the next close is what GEX_CHANGE calls expired and time on that day."""
    friday = shared_files.contracts_of(shared_chains / "cboe_spx_2024-01-07.csv", profile_range="100%:110%")
    ahead = gamma_map(friday, sessions=1, levels=3)
    lines = with_iv(friday)
    aged = dataclasses.replace(lines.chain, as_of=ahead.moments[1], spot=lines.spot)
    monday = prepare(aged, friday.spot, ahead.moments[1], friday.settings)
    steps = nets(monday, friday)
    gross = change(monday, friday).gross
    assert ahead.cells[0, 1] - ahead.cells[0, 0] == pytest.approx(steps["expired"] + steps["time"], abs=1e-11 * gross)


def line(**changes: object) -> dict[str, object]:
    return {"root": "SPX", "expiry": "2025-06-20", "right": "C", "strike": 5000, "iv": 0.2, "oi": 100} | changes


def test_series_that_come_and_go_are_told_from_those_that_expire() -> None:
    old = [line(), line(strike=5100), line(root="SPXW", expiry="2025-03-03", oi=7)]
    new = [line(oi=160), line(strike=5200, oi=40)]
    then, now = prepare(chain_of(old, 5000.0)), prepare(chain_of(new, 5000.0, TUESDAY))
    found = change(now, then)
    counts = {step.name: step.contracts for step in found.table()}
    assert counts == {
        "then": 3, "expired": 1, "time": 2, "spot": 2, "forward": 2, "volatility": 1, "open interest": 1,
        "new series": 1, "closed series": 1, "now": 2,
    }  # fmt: skip
    rows = [(s.strike, s.open_then, s.open_now, s.opened) for s in largest_series(found)]
    assert rows == [(5100, 100, 0, -100), (5000, 100, 160, 60), (5200, 0, 40, 40)]
    gex = {s.strike: s.gex for s in largest_series(found)}
    total_steps = {step.name: step.total.net for step in found.table()}
    assert gex[5000] == pytest.approx(total_steps["open interest"])
    assert gex[5200] == pytest.approx(total_steps["new series"])
    assert gex[5100] == pytest.approx(total_steps["closed series"])


def test_levels_are_those_of_either_chain() -> None:
    old = (("C", 5050.0, 900), ("P", 4950.0, 500), ("C", 5000.0, 10))
    new = (("C", 6000.0, 90_000), ("P", 4900.0, 700), ("C", 5000.0, 10))
    then, now = (
        random_chains.contracts_of({("SPXW", "2025-03-21", r, k): (0.2, oi) for r, k, oi in lines}, spot)
        for lines, spot in ((old, 5000.0), (new, 5010.0))
    )
    levels = {level.name: level for level in level_changes(change(now, then))}
    assert (levels["put wall"].then, levels["put wall"].now, levels["put wall"].moved) == (4950, 4900, -50)
    assert levels["call wall"].then == summarise(then).call_wall
    assert levels["zero gamma"].then == zero_gamma(then)
    assert levels["zero gamma"].now == zero_gamma(now)


def test_another_underlying_is_refused_by_name() -> None:
    then, now = prepare(chain_of([line(root="NDX")], 5000.0)), prepare(chain_of([line()], 5000.0))
    with pytest.raises(BadInput, match=r"^earlier is a chain of NDX, the chain one of SPX; give an"):
        change(now, then)


def test_an_earlier_chain_that_is_the_later_one_is_refused() -> None:
    then, now = prepare(chain_of([line()], 5000.0, TUESDAY)), prepare(chain_of([line()], 5000.0))
    with pytest.raises(BadInput, match="swap the two chains"):
        change(now, then)


def test_the_earlier_chain_is_valued_under_the_settings_of_the_later() -> None:
    book = {("SPX", "2025-06-20", "C", 5000.0): (0.2, 100), ("SPX", "2025-06-20", "P", 5000.0): (0.2, 300)}
    then = random_chains.contracts_of(book, 5000.0)
    now = random_chains.contracts_of(book, 5000.0, TUESDAY, sign="long_calls", unit="usd_bn")
    other = random_chains.contracts_of(book, 5000.0, sign="long_calls", unit="usd_bn")
    assert nets(now, then) == nets(now, other)
    assert nets(now, then)["then"] == total(other).net


def test_chains_without_roots_are_matched_by_strike_right_and_settlement() -> None:
    now = prepare(Chain.from_cells([["Spot: 5000"], ["Expiry", "Type", "Strike", "IV", "Open Interest"],
                                    ["2025-06-20", "C", 5000, 0.2, 150]]), 5000.0, TUESDAY, Settings())  # fmt: skip
    then = prepare(chain_of([line(root="SPXW")], 5000.0))
    counts = {step.name: step.contracts for step in change(now, then).table()}
    assert (counts["open interest"], counts["new series"], counts["closed series"]) == (1, 0, 0)
