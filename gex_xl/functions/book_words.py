"""How the sheets of a desk word what `Overview` holds."""

from __future__ import annotations

from gex_xl.clock import in_words
from gex_xl.desk.book import concentrations
from gex_xl.desk.currencies import currencies
from gex_xl.desk.hedging import hedge_underlying
from gex_xl.desk.limits import State
from gex_xl.desk.overview import PARTS, Overview
from gex_xl.desk.positions import Book
from gex_xl.desk.residual import NONE, OPTIONS, QUOTES, TOGETHER, UNDERLYING

STATES = {State.OK: "within", State.WARN: "near", State.BREACH: "over"}
KINDS = {State.OK: "good", State.WARN: "stress", State.BREACH: "bad"}
UNREADABLE = "cannot be read"
_FROM = {"given": "iv as given", "price": "iv from prices", "chain": "iv from the chain"}


def unsaid(book: Book) -> list[str]:
    """What was assumed of third Fridays without a class: one rule for positions and for chains without roots."""
    blank = count(book.unsaid, "third Friday")
    return [f"class is blank on {blank}: taken as settled at the close"] if book.unsaid else []


def money(amount: float) -> str:
    """An amount as it is read: `-2.53 mn`, `-982,171`."""
    if abs(amount) >= 1e9:
        return f"{amount / 1e9:,.2f} bn"
    return f"{amount / 1e6:,.2f} mn" if abs(amount) >= 1e6 else f"{amount + 0.0:,.0f}"


def count(number: int, one: str, many: str = "") -> str:
    """`1 position`, `8 positions`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A move with its sign: `+10 %`."""
    return f"{100 * share:+.0f} %" if share else "no move"


def trade(contracts: float) -> str:
    """`buy 76`, `sell 3,136`, `nothing`."""
    return f"{'buy' if contracts > 0 else 'sell'} {abs(contracts):,.0f}" if contracts else "nothing"


def limit(name: str) -> str:
    """A limit as the sheets call it: `Gamma concentration`, `Reg T margin`."""
    return "Reg T margin" if name == "reg t margin" else name[:1].upper() + name[1:]


def status(found: Overview, name: str) -> str:
    """The line that stands on every sheet: what was read, when, from where; or the sentence that says what was not."""
    head = f"{name}   |   " if name else ""
    first_parts = sorted(found.problems, key=lambda part: PARTS.index(part) if part in PARTS else len(PARTS))
    problems = list(dict.fromkeys(found.problems[part] for part in first_parts))
    if problems or found.book is None:
        first = problems[0] if problems else "nothing is given"
        more = f"   (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return f"{head}cannot be read: {first}{more}"
    book = found.book
    read = f"{count(len(book), 'position')} read"
    remarks = f", {count(book.remarks, 'remark')} passed over" if book.remarks else ", none unreadable"
    sources = ", ".join(dict.fromkeys(_FROM[source] for source in book.iv_from if source)) or "no options"
    parts = [f"valued {in_words(book.as_of)}", read + remarks, f"{sources}; spot: {book.spot_from}",
             " and ".join(currencies(book)), "options as European ones", *unsaid(book)]  # fmt: skip
    return head + "   |   ".join(parts)


def way(found: Overview, method: str) -> str:
    """A method of `residuals` as the sheets call it."""
    delta = _delta_hedge(found)
    words = {
        NONE: "Leave it", UNDERLYING: delta[:1].upper() + delta[1:], OPTIONS: f"Options, then {delta}",
        TOGETHER: "Products together", QUOTES: "Quote it away",
    }  # fmt: skip
    return words.get(method, method.removeprefix("related: "))


def _delta_hedge(found: Overview) -> str:
    """What delta is hedged with: shares, the future, or both."""
    if found.book is None:
        return "shares"
    hedges = hedge_underlying(found.book, found.lots)
    kinds = {"future" if one.instrument.is_future else one.unit for one in hedges}
    return " and ".join(sorted(kinds))


def largest(book: Book) -> str:
    """`most gross gamma: SPX 5350 (55 %), SPX 2025-10-17 (77 %)`, "" without options."""
    parts = {level: (name, share) for greek, level, name, share in concentrations(book) if greek == "gamma"}
    found = ", ".join(f"{name} ({100 * share:.0f} %)" for name, share in parts.values())
    return f"most gross gamma: {found}" if found else ""
