"""What drop-downs show in place of a setting's value. Settings take either."""

from __future__ import annotations

from gex_xl.settings.dialects import METHODS, Dialect

#: Setting -> value -> words.
WORDS: dict[str, dict[str, str]] = {
    "sign": {
        "customer_flow": "Customer flow: calls -, puts +",
        "long_calls": "Most public tools: calls +, puts -",
        "short_all": "Dealers short both: calls -, puts -",
    },
    "expiries": {
        "all": "All",
        "0dte": "Today (0DTE)",
        "ex_next": "All but the next",
        "<=7d": "Up to 7 days",
        "<=30d": "Up to 30 days",
        "weekly": "Weekly only",
        "monthly": "Monthly only",
    },
    "unit": {
        "auto": "Auto",
        "usd_bn": "USD bn per 1 %",
        "usd_mn": "USD mn per 1 %",
        "usd": "USD per 1 %",
        "usd_per_point": "USD per point",
        "shares": "Shares per 1 %",
        "shares_per_point": "Shares per point",
    },
    # Lists of a cell are parted by commas.
    "dialect": {
        str(one): "This workbook" if one is Dialect.NONE else method.who.partition("'")[0].partition(",")[0]
        for one, method in METHODS.items()
    },
}
_VALUES = {key: {words.lower(): value for value, words in of.items()} for key, of in WORDS.items()}
_VALUES["sign"]["customer flow (default)"] = "customer_flow"  # nobody has chosen yet


def worded(key: str, value: object) -> str:
    """A setting's value in the words of its drop-down, where it has any."""
    return WORDS.get(key, {}).get(str(value), str(value))


def unworded(key: str, given: object) -> object:
    """The value behind the words of a drop-down; anything else as it is."""
    return _VALUES.get(key, {}).get(str(given).strip().lower(), given)
