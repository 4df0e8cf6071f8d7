"""Public methods of gamma exposure as settings: what their authors document, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Dialect(StrEnum):
    """Whose conventions hold: NONE is this product's own."""

    NONE = "none"
    PERFILIEV = "perfiliev"
    SPOTGAMMA = "spotgamma"
    SQUEEZEMETRICS = "squeezemetrics"
    BALTUSSEN = "baltussen"
    TRADINGVOLATILITY = "tradingvolatility"
    GEXBOARD = "gexboard"
    FLASHALPHA = "flashalpha"
    UNUSUAL_WHALES = "unusual_whales"
    GEX_TRACKER = "gex_tracker"


class Zero(StrEnum):
    """How a method finds zero gamma."""

    UNKNOWN = "not documented"
    REPRICED = "root of the repriced total"
    GRID = "first change of sign on a grid of spot levels, on a straight line"
    RUNNING = "zero of the running sum over strikes"


@dataclass(frozen=True, slots=True)
class Method:
    """One public method: `choices` are the settings that its author documents, `source` where."""

    who: str
    choices: Mapping[str, str] = field(default_factory=dict)
    zero: Zero = Zero.UNKNOWN
    source: str = ""


#: Dealers long calls and short puts, each weighed by its open interest: what all of these have in common.
_NAIVE = {"sign": "long_calls", "weight": "open_interest"}
_ALL = {**_NAIVE, "expiries": "all"}

METHODS: dict[Dialect, Method] = {
    Dialect.NONE: Method("This product", {}, Zero.REPRICED, "docs/method.md"),
    Dialect.PERFILIEV: Method(
        "Perfiliev's article",
        {**_ALL, "unit": "usd_bn", "clock": "business262", "clock_from": "quote", "carry": "none",
         "exercise": "european", "iv_source": "quoted", "gamma_source": "vendor", "profile_range": "80%:120%",
         "profile_levels": "60"},
        Zero.GRID, "perfiliev.com/blog/how-to-calculate-gamma-exposure-and-zero-gamma-level/",
    ),
    Dialect.SPOTGAMMA: Method(
        "SpotGamma's help pages", {**_NAIVE, "unit": "usd", "walls": "net"}, Zero.REPRICED,
        "support.spotgamma.com: articles 15214161607827, 15413261162387, 15297391724179, 15297856056979",
    ),
    Dialect.SQUEEZEMETRICS: Method(
        "SqueezeMetrics' paper of 2017", {**_ALL, "unit": "shares_per_point"},
        source="squeezemetrics.com/monitor/download/pdf/white_paper.pdf",
    ),
    Dialect.BALTUSSEN: Method(
        "Baltussen, Da, Lammers and Martens", {**_ALL, "unit": "usd_per_point"},
        source="Journal of Financial Economics 142 (2021), 377-403, equation 13",
    ),
    Dialect.TRADINGVOLATILITY: Method(
        "TradingVolatility's notes", {**_NAIVE, "unit": "usd", "expiries": "<94d"}, Zero.REPRICED,
        "stocks.tradingvolatility.net/gexDashboard",
    ),
    Dialect.GEXBOARD: Method(
        "GEXBoard's guide", {"sign": "long_calls", "walls": "net"}, Zero.RUNNING,
        "gexboard.com/guide/tradingview-indicator, gexboard.com/learn/regime-vs-flip-divergence",
    ),
    Dialect.FLASHALPHA: Method(
        "FlashAlpha's articles", {**_NAIVE, "unit": "usd", "clock": "act365", "walls": "gross"}, Zero.REPRICED,
        "github.com/FlashAlpha-lab/gex-explained, flashalpha.com/concepts/call-wall, "
        "flashalpha.com/articles/gamma-flip-methodology-stable-zero-gamma-level",
    ),
    Dialect.UNUSUAL_WHALES: Method(
        "Unusual Whales' FAQ", {**_NAIVE, "unit": "usd"}, source="unusualwhales.com/faq/what-is-gamma-exposure-gex"
    ),
    Dialect.GEX_TRACKER: Method(
        "gex-tracker", {**_ALL, "unit": "usd_bn", "gamma_source": "vendor"},
        source="github.com/Matteo-Ferrara/gex-tracker",
    ),
}  # fmt: skip
