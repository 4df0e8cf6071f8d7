"""Option chains from public feeds, for those who would rather not export by hand. Nothing here runs unasked.

fetch     one chain, within a time limit
cboe      CBOE's delayed quotes, the default
yahoo     Yahoo through yfinance, an extra
download  one file over HTTP: polite, bounded, and every failure one sentence
"""

from gex_xl.feeds.fetch import SOURCES, Fetched, Source, fetch

__all__ = ["SOURCES", "Fetched", "Source", "fetch"]
