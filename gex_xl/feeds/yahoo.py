"""Yahoo's chains through yfinance: one request per expiry, put together into one table."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Any

from gex_xl.clock import NEW_YORK
from gex_xl.errors import BadInput
from gex_xl.feeds.download import Progress
from gex_xl.products import Kind, product
from gex_xl.reading.files import cells_of_csv

NEEDS_EXTRA = 'Yahoo needs yfinance, which is not installed here; install it: pip install "gex-xl[yahoo]"'
#: What is taken of yfinance's frames, https://ranaroussi.github.io/yfinance: iv is decimal, prices in USD.
COLUMNS = [
    "contractSymbol", "strike", "bid", "ask", "lastPrice", "volume", "openInterest", "impliedVolatility",
    "contractSize", "lastTradeDate",
]  # fmt: skip


def answer(name: str, is_index: bool, progress: Progress) -> tuple[bytes, Sequence[Sequence[object]]]:
    """A table of all contracts as csv, and its cells. Raises BadInput with one sentence."""
    try:
        import yfinance
        from yfinance.exceptions import YFRateLimitError
    except ImportError:
        raise BadInput(NEEDS_EXTRA) from None
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)  # what it would log is said by the errors below
    # Yahoo writes ^SPX and BRK-B.
    ticker = yfinance.Ticker(f"^{name}" if is_index or product(name).kind is Kind.INDEX else name.replace(".", "-"))
    try:
        table = _table(ticker, progress)
    except (BadInput, TimeoutError):
        raise
    except YFRateLimitError:
        raise BadInput("Yahoo takes no more requests from here now (429); try again in an hour") from None
    except OSError as error:  # as all errors of its transport are
        raise BadInput(
            f"Yahoo cannot be reached ({type(error).__name__}); check the network, or export the chain by hand"
        ) from None
    except Exception as error:  # what else yfinance meets in an answer it raises as it comes
        raise BadInput(
            f"Yahoo's answer for {name} is not what yfinance {yfinance.__version__} expects ({type(error).__name__}); "
            "update yfinance, or take --source cboe"
        ) from None
    if not table:
        raise BadInput(f"Yahoo has no options under {ticker.ticker}; check the symbol")
    return table.encode(), cells_of_csv(table)


def _table(ticker: Any, progress: Progress) -> str:
    """All expiries as csv, "" where there are none."""
    dates = ticker.options
    sides, quote = [], {}
    for number, date in enumerate(dates, 1):
        found = ticker.option_chain(date)
        sides += [(date, "call", found.calls), (date, "put", found.puts)]
        quote = found.underlying
        progress(number, len(dates))
    if not sum(len(frame) for _, _, frame in sides):
        return ""
    # The price moves from request to request: the last one is that of the whole table.
    spot = quote["regularMarketPrice"]
    quoted = dt.datetime.fromtimestamp(quote["regularMarketTime"], NEW_YORK).isoformat()
    rows = [
        # Text by text, since joined frames would have to agree on what a blank column is.
        frame[COLUMNS].assign(a=date, b=right, c=spot, d=quoted).to_csv(index=False, header=False, lineterminator="\n")
        for date, right, frame in sides
    ]
    return ",".join([*COLUMNS, "expiration", "type", "underlyingPrice", "quoteTime\n"]) + "".join(rows)
