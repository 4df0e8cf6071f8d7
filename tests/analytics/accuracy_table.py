"""The tables of docs/accuracy.md, recomputed from the real chains.

Everything is a share of gross: the feed's own gamma gives a call total and a put total, gross is the sum of their
magnitudes, and a distance is |total - feed's total| / gross.

Run with the folder of chains to print the tables: `python -m tests.analytics.accuracy_table ../shared/chains`.
"""

from __future__ import annotations

import math
import statistics
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from gex_xl.analytics.american import american_gamma
from gex_xl.analytics.black_scholes import undiscounted_price
from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.exposure import Total, total
from gex_xl.chain import Chain
from gex_xl.settings import Settings

FloatArray = npt.NDArray[np.float64]
MaskArray = npt.NDArray[np.bool_]
#: File -> the name in the tables.
FILES = {
    "cboe_spx_2024-01-07.csv": "SPX 2024-01-07",
    "cboe_nvda_2025-01-06.csv": "NVDA 2025-01-06",
    "cboe_spy_2020-06-22_legacy.dat": "SPY 2020-06-22",
    "cboe_spy_2022-07-12_delayed_quotes.json": "SPY 2022-07-12",
    "cboe_spy_2023-09-14.csv": "SPY 2023-09-14",
}


def prepared(chain: Chain, **changes: object) -> Contracts:
    """Contracts of a chain at its own as-of, and at the spot at which its options are quoted."""
    settings = Settings().with_changes(changes)
    return prepare(chain, prepare(chain, None, None, settings).forwards.own_spot, None, settings)


def feed(chain: Chain) -> Total:
    """Totals with the feed's own gamma, at the spot of the file."""
    return total(prepare(chain, None, None, Settings().with_changes({"gamma_source": "vendor"})))


def share(chain: Chain, net: float) -> float:
    """Distance of a total to the feed's, as a share of gross."""
    own = feed(chain)
    return abs(net - own.net) / (abs(own.call) + abs(own.put))


def distances(chain: Chain, *, rounded: bool = True, **changes: object) -> tuple[float, float]:
    """Net and contract by contract (L1): our gamma, rounded to the feed's four decimals, against the feed's.

    Gamma is of the options' own spot; dollars are of the file's, so that only gammas differ.
    """
    ours = prepared(chain, **changes)
    theirs = prepare(chain, None, None, Settings().with_changes({"gamma_source": "vendor"}))
    assert chain.spot is not None
    apart = np.zeros(len(chain))
    apart[ours.index] = ours.position * (np.round(ours.gamma, 4) if rounded else ours.gamma)
    vendor = theirs.position * theirs.gamma
    apart[theirs.index] -= vendor
    gross = math.fsum(np.abs(vendor))
    return abs(math.fsum(apart)) / gross, math.fsum(np.abs(apart)) / gross


def public_method(chain: Chain) -> float:
    """The share for the plain public method, written out here.

    Spot as forward, r = q = 0, each line's own iv, weekdays to expiry / 262 with at least one day, expired lines
    left out (Perfiliev, "How to calculate gamma exposure and zero gamma level", 2022).
    """
    contracts = prepare(chain, None, None, Settings().with_changes({"gamma_source": "vendor"}))  # those that are live
    assert chain.as_of is not None
    today = np.datetime64(chain.as_of.date(), "D")
    at = contracts.index
    days = np.maximum(np.busday_count(today, chain.expiry[at]), 1)
    v = chain.iv[at] * np.sqrt(days / 262)
    d1 = np.log(contracts.spot / chain.strike[at]) / v + v / 2
    gamma = np.nan_to_num(np.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi) / (contracts.spot * v))
    sign = np.where(chain.is_call[at], -1.0, 1.0)
    each = sign * gamma * chain.open_interest[at] * 100 * contracts.spot**2 * 0.01
    return share(chain, math.fsum(each))


def rights_apart(chain: Chain) -> float:
    """Median |iv of the call - iv of the put| at the nine strikes nearest spot, expiries of less than 60 days."""
    keys: dict[tuple[object, ...], dict[bool, float]] = {}
    contracts = prepared(chain)
    for i in contracts.index[contracts.years < 60 / 365]:
        key = (str(chain.root[i]), chain.expiry[i], float(chain.strike[i]))
        keys.setdefault(key, {})[bool(chain.is_call[i])] = float(chain.iv[i])
    by_expiry: dict[tuple[object, ...], list[tuple[float, float]]] = {}
    for (root, expiry, strike), iv in keys.items():
        if len(iv) == 2 and not math.isnan(iv[True] + iv[False]):
            by_expiry.setdefault((root, expiry), []).append((abs(strike - contracts.spot), abs(iv[True] - iv[False])))
    return statistics.median(gap for pairs in by_expiry.values() for _, gap in sorted(pairs)[:9])


def forward_of_iv(chain: Chain, at: int) -> float:
    """F/S - 1 of one expiry at which the feed's iv gives its own mid quotes, median over 18 contracts."""
    contracts = prepared(chain)
    here = contracts.index[contracts.forwards.group[contracts.index] == at]
    bid, ask, iv, strike = chain.bid[here], chain.ask[here], chain.iv[here], chain.strike[here]
    here = here[(bid > 0) & (ask >= bid) & (iv > 0) & (np.abs(strike / contracts.spot - 1) < 0.05)]
    near = here[np.argsort(np.abs(chain.strike[here] - contracts.spot), kind="stable")][:18]
    root = math.sqrt(contracts.forwards.years[at])
    found = []
    for i in near:
        mid, v = 0.5 * (chain.bid[i] + chain.ask[i]), chain.iv[i] * root
        strike_i, call = np.array(chain.strike[i]), np.array(chain.is_call[i])
        low, high = 0.8 * contracts.spot, 1.25 * contracts.spot

        def excess(
            forward: float, k: FloatArray = strike_i, v: float = v, call: MaskArray = call, mid: float = mid
        ) -> float:
            return float(undiscounted_price(np.array(forward), k, np.array(v), call)) - mid

        if excess(low) * excess(high) < 0:
            found.append(brentq(excess, low, high))
    return statistics.median(found) / contracts.spot - 1


def chains(folder: Path) -> dict[str, Chain]:
    """Name -> chain."""
    return {name: Chain.from_file(folder / file) for file, name in FILES.items()}


def _row(name: str, shares: list[float]) -> str:
    return f"| {name} | " + " | ".join(f"{100 * x:.2f}" for x in shares) + " |"


def _table(header: list[str], rows: dict[str, list[float]]) -> str:
    medians = [statistics.median(column) for column in zip(*rows.values(), strict=True)]
    contracts = [f"| {' | '.join(header)} |", "|---" + "|---:" * (len(header) - 1) + "|"]
    contracts += [_row(name, shares) for name, shares in rows.items()]
    return "\n".join([*contracts, _row("median", medians)])


#: The columns of the first table: what differs from the default.
CHOICES: dict[str, dict[str, object]] = {
    "default": {},
    "European": {"exercise": "european"},
    "otm iv": {"iv_source": "otm"},
    "own iv": {"iv_source": "quoted"},
    "parity": {"carry": "parity"},
    "no carry, own iv": {"carry": "none", "iv_source": "quoted"},
}


def main_table(read: dict[str, Chain], part: int) -> str:
    """Distance to the feed's own gamma, % of gross: net (part 0) or contract by contract (part 1)."""
    rows = {
        name: [
            *(distances(chain, **changes)[part] for changes in CHOICES.values()),
            distances(chain, rounded=False)[part],
            *([public_method(chain)] if part == 0 else []),
        ]
        for name, chain in read.items()
    }
    return _table(["file", *CHOICES, "default, gamma not rounded", *(["public method"] if part == 0 else [])], rows)


def rest_table(read: dict[str, Chain]) -> str:
    """What explains the rest; F/S in the first expiry of more than a week."""
    header = ["file", "options' own spot over the file's - 1, %", "F/S - 1 used, %", "F/S - 1 in the feed's iv, %",
              "call iv against put iv, vol points", "interest told, %"]  # fmt: skip
    rows = [f"| {' | '.join(header)} |", "|---" + "|---:" * (len(header) - 1) + "|"]
    for name, chain in read.items():
        curve = prepared(chain).forwards
        at = next(i for i, years in enumerate(curve.years) if years > 7 / 365)
        rows.append(
            f"| {name} | {100 * (curve.own_spot / (chain.spot or 1.0) - 1):+.2f} | "
            f"{100 * (float(curve.ratio[at]) - 1):+.2f} | {100 * forward_of_iv(chain, at):+.2f} | "
            f"{100 * rights_apart(chain):.1f} | {100 * curve.rate:.2f} |"
        )
    return "\n".join(rows)


#: Expiries at which the feed's gamma tells dividends in cash from a yield.
FAR = (
    ("SPY 2022-07-12", "2024-12-20"),
    ("SPY 2023-09-14", "2025-01-17"),
    ("SPY 2023-09-14", "2026-01-16"),
    ("SPY 2020-06-22", "2022-06-17"),
)


def dividend_table(read: dict[str, Chain]) -> str:
    """Gamma over pdf(d1) / (S v), out of the money: the feed's, and by what dividends in cash and a yield make it.

    Early exercise of puts is that of a yield in both.
    """
    out = ["| file, expiry | feed | dividends in cash | a yield |", "|---|---:|---:|---:|"]
    for name, expiry in FAR:
        chain = read[name]
        ours = prepared(chain)
        x = np.log(ours.strike / ours.forward) / ours.stdev
        t = ours.years
        growth = ours.forward / ours.spot * np.exp(-ours.forwards.rate * t)  # exp(-qT)
        d1 = -x + ours.stdev / 2
        base = np.exp(-d1 * d1 / 2) / math.sqrt(2 * math.pi) / (ours.spot * ours.stdev)
        here = chain.expiry[ours.index] == np.datetime64(expiry)
        rows = []
        for side in (ours.is_call, ~ours.is_call):
            near = here & side & (np.where(ours.is_call, x, -x) > 0.1) & (np.where(ours.is_call, x, -x) < 1.5)
            q = float(np.median(growth[near]))
            model = float(_yield_gamma(ours)[near].sum() / base[near].sum())
            rows.append((float(chain.gamma[ours.index][near].sum() / base[near].sum()), model / q**2, model))
        means = [statistics.mean(column) for column in zip(*rows, strict=True)]
        out.append(f"| {name}, {expiry} | " + " | ".join(f"{mean:.3f}" for mean in means) + " |")
    return "\n".join(out)


def _yield_gamma(ours: Contracts) -> FloatArray:
    """American gamma of each line with its expiry's dividends as a yield."""
    discount = np.exp(-ours.forwards.rate * ours.years)
    group = ours.forwards.group[ours.index]
    return american_gamma(ours.spot, ours.forward, ours.strike, ours.stdev, discount, ours.is_call, group)


def tables(folder: Path) -> list[str]:
    """The tables of docs/accuracy.md that rest on the files."""
    read = chains(folder)
    return [main_table(read, 0), main_table(read, 1), rest_table(read), dividend_table(read)]


if __name__ == "__main__":
    sys.stdout.write("\n\n".join(tables(Path(sys.argv[1]))) + "\n")
