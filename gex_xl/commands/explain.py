"""`gex-xl report FILE --explain`: how the file was read, in a screenful."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

import numpy as np

from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import Contracts
from gex_xl.analytics.headline import clock_note
from gex_xl.chain import Chain
from gex_xl.clock import in_words

_WIDTH, _LABEL = 110, 17
_MOST = 12  # sentences to look at


def explain(contracts: Contracts) -> list[str]:
    """Lines: layout, columns, units, market, terms, spot and clock, rows used and left out, what else was said."""
    chain, trust = contracts.chain, check(contracts)
    rows = [
        *chain.reading,
        ("terms", trust.terms),
        ("underlying", chain.symbol or "the paste does not name it"),
        ("spot", f"{contracts.spot:,.6g} ({contracts.spot_from})"),
        ("quote time", f"{in_words(contracts.as_of, chain.zone)} ({contracts.as_of_from})"),
        ("valued at", f"{in_words(contracts.valued_at, chain.zone)} ({clock_note(contracts)})"),
        ("used", f"{trust.used:,} of {trust.rows:,} contracts, open interest {trust.open_interest_used:,.12g}"),
        *(("left out", f"{n:,} contracts, open interest {oi:,.12g}: {why}") for why, (n, oi) in trust.excluded.items()),
        *(("look at", text) for text in trust.warnings[:_MOST]),
    ]
    if len(trust.warnings) > _MOST:
        rows.append(("look at", f"{len(trust.warnings) - _MOST} more, in the report without --explain"))
    return _lines(rows)


def explain_reading(chain: Chain) -> list[str]:
    """Lines of a chain from which no figure can come, such as one without spot: what was read, and what was not."""
    product, spot, moment = chain.product, chain.spot, chain.as_of
    left_out = Counter(reason for reason, _ in chain.left_out)
    return _lines(
        [
            *chain.reading,
            ("product", f"{product.in_words()}{' (assumed: not in the table of products)' if product.assumed else ''}"),
            ("underlying", chain.symbol or "the paste does not name it"),
            ("spot", "none in the paste" if spot is None else f"{spot:,.6g} ({chain.spot_from})"),
            (
                "quote time",
                "none in the paste" if moment is None else f"{in_words(moment, chain.zone)} ({chain.as_of_from})",
            ),
            (
                "read",
                f"{len(chain):,} of {chain.rows:,} contracts, open interest {np.nansum(chain.open_interest):,.12g}",
            ),
            *(("left out", f"{count:,} contracts: {why}") for why, count in left_out.items()),
            *(("look at", note) for note in chain.notes[:_MOST]),
        ]
    )


def _lines(rows: Sequence[tuple[str, str]]) -> list[str]:
    return [line for label, text in rows for line in _folded(label, text)]


def _folded(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=f"{label:<{_LABEL}}", subsequent_indent=" " * _LABEL, max_lines=4, placeholder=" …"
    )
