"""The tables of a desk's sheets, each from one `Overview`: blanks where a part could not be computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gex_xl.clock import in_words
from gex_xl.desk.book import greeks, groups
from gex_xl.desk.currencies import currencies, currency
from gex_xl.desk.hedging import hedge_underlying, traded, with_underlying
from gex_xl.desk.limits import Check, State, state_of
from gex_xl.desk.overview import Overview
from gex_xl.desk.positions import Book
from gex_xl.desk.residual import NONE, OPTIONS, TOGETHER, UNDERLYING, Costs, Residual, after_options, value
from gex_xl.desk.scenarios import scenarios
from gex_xl.desk.states import since
from gex_xl.functions import book_words as words
from gex_xl.functions.arguments import Table

HEADLINE_KEYS = (
    "status", "status_limits", "inventory", "delta", "gamma", "vega", "theta", "gap", "limits", "best", "way_1",
    "way_2", "way_3", "left_delta", "left_gamma", "left_vega", "left_gap", "left_cost", "largest",
)  # fmt: skip
QUOTE_HEADS = ("Bid", "Ask", "Fair to us", "Bid size", "Ask size", "Use", "State", "Why")
ROOM = 12  # rows of ways and of orders that the sheet has room for
MOVES = tuple(step / 100 for step in range(-10, 11))
_Card = tuple[str, Any, str, str, str]  # label, figure, words, note, kind
_BLANK: tuple[Any, str, str, str] = ("", "none", words.UNREADABLE, "bad")


def headline(found: Overview, name: str) -> Table:
    """Key, label, figure, words, note, kind (long, short, stress, good, bad, none): what the cards and lines show."""
    rows: dict[str, _Card] = {}
    line = words.status(found, name)
    bad = "bad" if found.problems or found.book is None else "none"
    rows["status"] = ("Status", "", line, "", bad)
    rows["status_limits"] = ("Status", "", _limits_line(found) + line, "", _limits_kind(found, bad))
    rows |= _cards(found)
    rows["limits"] = ("Limits", *_limits_card(found))
    rows |= _ways_cards(found)
    rows["largest"] = ("Largest", "", words.largest(found.book) if found.book is not None else "", "", "none")
    return [[key, *rows[key]] for key in HEADLINE_KEYS]


def _cards(found: Overview) -> dict[str, _Card]:
    labels = {"inventory": "Inventory", "delta": "Net delta", "gamma": "Net gamma, per 1 %",
              "vega": "Net vega, per point", "theta": "Theta, a day"}  # fmt: skip
    book = found.book
    if book is None:
        return {key: (label, *_BLANK) for key, label in labels.items()}
    options = math.fsum(abs(book.contracts[book.is_option]))
    held = f"{options:,.0f} option contracts on {words.count(len(book.spots), 'underlying')}"
    read = words.count(len(book), "position")
    out: dict[str, _Card] = {"inventory": (labels["inventory"], float(len(book)), read, held, "none")}
    parts = list(currencies(book))
    if len(parts) > 1:
        several: tuple[Any, str, str, str] = ("", "none", f"in {' and '.join(parts)}: see Exposure", "none")
        return out | {key: (label, *several) for key, label in labels.items() if key not in out}
    net = greeks(book).total()
    notes = {
        "delta": ("sell to hedge", "buy to hedge"), "gamma": ("long gamma", "short gamma"),
        "vega": ("long volatility", "short volatility"),
        "theta": ("earned if nothing moves", "paid if nothing moves"),
    }  # fmt: skip
    for key, (above, below) in notes.items():
        amount = float(getattr(net, key))
        note = above if amount > 0 else below if amount < 0 else "none"
        kind = ("long" if amount > 0 else "short") if key in ("delta", "gamma") and amount else "none"
        out[key] = (labels[key], amount, words.money(amount), note, kind)
    return out


def _limits_line(found: Overview) -> str:
    if found.checks is None:
        return ""
    counts = [f"{found.count(state)} {words.STATES[state]}" for state in (State.BREACH, State.WARN, State.OK)]
    return f"{', '.join(counts)}.   "


def _limits_kind(found: Overview, kind: str) -> str:
    if kind == "bad" or found.worst_state is None:
        return kind
    return words.KINDS[found.worst_state] if found.worst_state is not State.OK else "none"


def _limits_card(found: Overview) -> tuple[Any, str, str, str]:
    if "limits" in found.problems or "states" in found.problems or found.book is None:
        return _BLANK
    worst = found.worst_state
    if worst is None:
        return "", "none", "no limit is given", "none"
    over, near = found.count(State.BREACH), found.count(State.WARN)
    note = f"{near} near; see Limits" if over else "see Limits"
    shown = f"{over} over" if over else f"{near} near" if near else f"all {found.count(State.OK)} within"
    return float(over), shown, note, words.KINDS[worst]


def _ways_cards(found: Overview) -> dict[str, _Card]:
    keys = ("gap", "best", "way_1", "way_2", "way_3", "left_delta", "left_gamma", "left_vega", "left_gap", "left_cost")
    labels = {"gap": "Worst loss, unhedged", "best": "Best hedge", "way_1": "With the underlying",
              "way_2": "With other options", "way_3": "With related products", "left_delta": "Delta",
              "left_gamma": "Gamma, per 1 %", "left_vega": "Vega, per point", "left_gap": "Worst loss",
              "left_cost": "Cost of it"}  # fmt: skip
    if found.ways is None:
        blank = ("", "none", found.no_ways, "none") if found.no_ways else _BLANK
        return {key: (labels[key], *blank) for key in keys}
    of = {one.method: one for one in found.ways}
    bare, best = of[NONE], found.ways[0]
    shares = of[UNDERLYING]
    against = f"at {_at(bare)}; with {words.way(found, UNDERLYING).lower()} {words.money(shares.gap)}"
    out: dict[str, _Card] = {"gap": (labels["gap"], bare.gap, words.money(bare.gap), against, "none")}
    note = f"worst loss falls to {words.money(best.gap)}; see Hedge" if best.gap > bare.gap else "nothing lowers it"
    out["best"] = (labels["best"], "", words.way(found, best.method), note, "good" if best.gap > bare.gap else "none")
    related = [one for one in found.ways if one.method.startswith("related")]
    for key, one in (("way_1", shares), ("way_2", of.get(OPTIONS)), ("way_3", related[0] if related else None)):
        if one is None:
            out[key] = (labels[key], "", "none", "its ranges are not given", "none")
        else:
            out[key] = (labels[key], one.gap, words.money(one.gap), f"at {_at(one)}: {one.trade}", "none")
    for key, left in (("left_delta", best.delta), ("left_gamma", best.gamma), ("left_vega", best.vega),
                       ("left_gap", best.gap), ("left_cost", best.execution)):  # fmt: skip
        out[key] = (labels[key], left, words.money(left), "", "none")
    return out


def _at(one: Residual) -> str:
    jump, shock = one.gap_at
    return f"{words.percent(jump)}" + (f", iv {100 * shock:+.0f} points" if shock else "")


def exposure(found: Overview, _name: str) -> Table:
    """Name, contracts, delta, gamma, vega, theta: the book, then by underlying, class and expiry."""
    book = found.book
    if book is None:
        return [[""] * 6]
    every, parts = greeks(book), currencies(book)
    rows: Table = []
    for name, mask in parts.items():
        net = every.total([i for i, there in enumerate(mask) if there])
        label = "Whole book" if len(parts) == 1 else f"Whole book, {name}"
        rows.append([label, "", net.delta, net.gamma, net.vega, net.theta])
    for level in ("underlying", "class", "expiry"):
        for group in groups(book, level):
            net, suffix = group.exposure, " (class)" if level == "class" else ""
            if level == "underlying" and len(parts) > 1:
                suffix = f" ({currency(group.name)})"
            rows.append([group.name + suffix, group.contracts, net.delta, net.gamma, net.vega, net.theta])
    return rows


def used(found: Overview, _name: str) -> Table:
    """IV and where it comes from, one row for each row of the range of positions."""
    book = found.book
    if book is None:
        return [["", ""]]
    rows: Table = [["", ""] for _ in range(int(book.row.max()))]
    for i, row in enumerate(book.row.tolist()):
        if book.is_option[i]:
            rows[row - 1] = [float(book.iv[i]), book.iv_from[i]]
    rows[0] = ["IV used", "from"]
    return rows


def ways(found: Overview, _name: str) -> Table:
    """Way, delta, gamma, vega, basis risk, cost, worst loss, jump and vol points of it, what to trade."""
    if found.ways is None:
        return [[""] * 10]
    rows: Table = [
        [words.way(found, one.method), one.delta, one.gamma, one.vega, one.basis, one.execution, one.gap, one.gap_at[0],
         100 * one.gap_at[1], "nothing" if one.trade == "none" else one.trade]
        for one in found.ways
    ]  # fmt: skip
    return _within(rows, 10, "worse")


def _within(rows: Table, columns: int, word: str, room: int = ROOM) -> Table:
    """Not more rows than there is room for; the last says how many are not shown."""
    if len(rows) <= room:
        return rows
    return [*rows[: room - 1], [f"and {len(rows) - room + 1} more, {word}", *[""] * (columns - 1)]]


def orders(found: Overview, _name: str) -> Table:
    """What, trade in words, price, what it costs: the best way, order by order."""
    if found.ways is None or found.book is None:
        return [[""] * 4]
    best, book = found.ways[0].method, found.book
    rows: Table = []
    if best == OPTIONS and found.options is not None:
        chosen = found.options.contracts != 0
        for label, n, bid, ask, paid in zip(
            found.options.trades.label, found.options.contracts[chosen].tolist(), found.options.trades.bid.tolist(),
            found.options.trades.ask.tolist(), found.options.paid[chosen].tolist(), strict=True,
        ):  # fmt: skip
            rows.append([label, words.trade(n), ask if n > 0 else bid, paid])
        rows += _delta_orders(after_options(book, found.options, found.lots)[1], found.costs)
    elif best == UNDERLYING:
        rows += _delta_orders(traded(book, hedge_underlying(book, found.lots)), found.costs)
    elif best == TOGETHER and found.basket is not None:
        for product, n in zip(found.basket.products, found.basket.contracts.tolist(), strict=True):
            rows.append(
                [product.name, words.trade(n), product.price, abs(n) * product.half_spread * product.multiplier]
            )
    for one in found.related:
        if best == f"related: {one.product.name}":
            rows.append([one.product.name, words.trade(one.contracts), one.product.price, one.cost])
    if not rows:
        return [["nothing to trade", "", "", ""]]
    rows = _within(rows, 4, "see HEDGE_OPTIONS", ROOM - 1)
    return [*rows, ["In all", "", "", found.ways[0].execution]]


def _delta_orders(trades: Book, costs: Costs) -> Table:
    share = costs.half_spread + costs.slippage
    return [
        [
            trades.label[i],
            words.trade(n),
            float(trades.price[i]),
            share * value(trades.pick(np.arange(len(trades)) == i)),
        ]
        for i, n in enumerate(trades.contracts.tolist())
        if n
    ]


def bounds(found: Overview, _name: str) -> Table:
    """Greek, before, after, low, high, state: met, not met, no bound."""
    if found.options is None or found.ways is None:
        return [[""] * 6]
    given = {bound.label: bound for bound in found.options.bounds}
    rows: Table = []
    for label, before in found.options.before.items():
        bound = given.get(label)
        ends = ["" if math.isinf(end) else end for end in ((bound.low, bound.high) if bound else ())] or ["", ""]
        state = "no bound" if bound is None else "not met" if label in found.options.missed else "met"
        rows.append([label[:1].upper() + label[1:], before, found.options.after[label], *ends, state])
    unmet = sum(row[5] == "not met" for row in rows[ROOM - 2 :])
    rows = _within(rows, 6, f"{unmet} of them not met" if unmet else "all met", ROOM - 1)
    after = next(one.delta for one in found.ways if one.method == OPTIONS)
    rows.append(["Delta", next(one.delta for one in found.ways if one.method == NONE), after, "", "", "after the rest"])
    return rows


def limits(found: Overview, _name: str) -> Table:
    """State, limit, where, value, limit, use, in this state since, what to do; worst first."""
    if found.checks is None or found.book is None:
        return [[""] * 8]
    now = found.book.as_of

    def worst_first(check: Check) -> tuple[int, float]:
        return -[State.OK, State.WARN, State.BREACH].index(check.state), -check.use

    return [
        [words.STATES[one.state], words.limit(one.name), _where(one), one.value, one.most, one.use,
         in_words(since(one, now, found.states)), "" if one.action == "none" else one.action]
        for one in sorted(found.checks, key=worst_first)
    ]  # fmt: skip


def _where(check: Check) -> str:
    place = "whole book" if check.scope == "book" else check.scope.replace("book ", "whole book, ")
    return place or "no such position"


def quotes(found: Overview, _name: str) -> Table:
    """Bid, ask, fair, bid size, ask size, use, state, why, one row for each row of the range of quotes; "none"
    for a side that is not quoted."""
    if found.quotes is None:
        return [[""] * 8]
    last = max(asked.row for asked, _ in found.quotes)
    rows: Table = [[""] * 8 for _ in range(last)]
    rows[0] = list(QUOTE_HEADS)
    for asked, one in found.quotes:
        use = abs(asked.inventory) / asked.limit
        bid, ask = (price if size else "none" for price, size in ((one.bid, one.bid_size), (one.ask, one.ask_size)))
        rows[asked.row - 1] = [
            bid, ask, one.reservation, one.bid_size, one.ask_size, use, words.STATES[state_of(use, found.warn_at)],
            one.why,
        ]  # fmt: skip
    return rows


def gaps(found: Overview, _name: str) -> Table:
    """Label, P&L (mn) as it stands, with the underlying, with the options too; delta of the same; unseen."""
    labels = [f"{100 * move:+.0f}" if round(100 * move) % 5 == 0 else "" for move in MOVES]
    labels[len(MOVES) // 2] = "0"
    if found.ways is None or found.book is None:
        return [[label, *["#N/A"] * 6, 1e-9] for label in labels]  # what a chart leaves out; 0 would be a flat line
    shares = with_underlying(found.book, found.lots)
    last = shares if found.options is None else after_options(found.book, found.options, found.lots)[0]
    books = [scenarios(book, MOVES, (0.0,), found.betas) for book in (found.book, shares, last)]
    rows: Table = []
    for i, label in enumerate(labels):
        pnl, delta = ([getattr(book[i], field) / 1e6 for book in books] for field in ("pnl", "delta"))
        rows.append([label, *pnl, *delta, 0.0])
    return rows


#: Table -> what makes it.
TABLES: dict[str, Callable[[Overview, str], Table]] = {
    "headline": headline, "exposure": exposure, "used": used, "ways": ways, "orders": orders, "bounds": bounds,
    "limits": limits, "quotes": quotes, "gaps": gaps,
}  # fmt: skip
