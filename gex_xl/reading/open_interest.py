"""What one of open interest is: a contract, a lot, a share, a coin, a thousand; by names, the market and the rows."""

from __future__ import annotations

import numpy as np

from gex_xl.products import product
from gex_xl.reading.columns import Columns, Table
from gex_xl.reading.headers import plain, scale_of
from gex_xl.reading.roles import Roles
from gex_xl.settings import OiUnit

_INDIAN = ("NSE", "BSE", "MCX")
#: Coins a contract, where open interest is counted in contracts (market, name of the column): OKX's ctVal times
#: ctMult, Delta Exchange's contract_value.
_OF_OKX, _OF_DELTA = {"BTC": 0.01, "ETH": 0.1}, {"BTC": 0.001, "ETH": 0.01}
_OF_COINS = {
    ("OKX", "oi"): _OF_OKX,
    ("OKX", "openinterest"): _OF_OKX,
    ("Delta Exchange", "oicontracts"): _OF_DELTA,
}
_OF_VENUE = {"OKX": _OF_OKX, "Delta Exchange": _OF_DELTA}
_ENOUGH = 5  # figures that share a divisor by accident are fewer


def read_unit(columns: Columns, table: Table, roles: Roles, symbol: str) -> None:
    """Fill in `units`, what a contract of open interest holds where that is not the product's, and say why.

    Thousands and lakhs that the column's name says are multiplied. The setting multiplier replaces `units`.
    """
    names = [table.names[j] for j in roles.all("open_interest")]
    if not names:
        return
    if table.settings.oi_unit is not OiUnit.AUTO:
        _take(table.settings.oi_unit, columns, table, roles, symbol)
        return
    for name in names:
        word, factor = scale_of(name)
        if factor != 1:
            columns.open_interest = columns.open_interest * factor
            columns.notes.append(f"open interest is in {word}, as the column {name} says; multiplied by {factor:,.0f}")
            break
    coins = _OF_COINS.get((columns.venue, plain(names[0].rpartition(".")[2])))
    if coins is not None:
        columns.units = coins.get(symbol.partition("_")[0])
        if columns.units is None:
            columns.notes.append(
                f"open interest ({names[0]}) is in contracts of {columns.venue}, whose size for {symbol} is not known: "
                "one coin taken; give multiplier"
            )
        else:
            columns.notes.append(
                f"open interest ({names[0]}) is in contracts of {columns.units:g} {symbol.partition('_')[0]}, as "
                f"{columns.venue} defines it; multiplier replaces it"
            )
    elif np.isnan(columns.multiplier).any() and product(symbol, columns.venue).multiplier is None:
        _read_lots(columns, table, roles)


def _take(unit: OiUnit, columns: Columns, table: Table, roles: Roles, symbol: str) -> None:
    """The unit that the setting names, whatever names and rows say."""
    if unit is OiUnit.UNITS:
        columns.multiplier = np.full(len(columns.multiplier), np.nan)
        columns.units = 1.0
    else:
        columns.open_interest = columns.open_interest * (1e3 if unit is OiUnit.THOUSANDS else 1.0)
        columns.units = _lot(table, roles) or _OF_VENUE.get(columns.venue, {}).get(symbol.partition("_")[0])
    columns.notes.append(f"oi_unit = {unit}: open interest is taken in {unit}")


def _lot(table: Table, roles: Roles) -> float | None:
    """The one size that a column of lots names."""
    lots = {float(lot) for j in roles.all("lot") for lot in table.numeric(j, "lot size") if lot > 0}
    return lots.pop() if len(lots) == 1 else None


def _read_lots(columns: Columns, table: Table, roles: Roles) -> None:
    """Of products whose lot depends on the date: shares where all figures are whole lots, else contracts of a lot."""
    lot = _lot(table, roles) or 0.0
    held = columns.open_interest[columns.open_interest > 0]
    whole = held[held % 1 == 0].astype(np.int64)
    step = int(np.gcd.reduce(whole)) if whole.size == held.size and whole.size else 1
    in_shares = step > 1 and step % lot == 0 if lot > 1 else step > 1 and whole.size >= _ENOUGH
    if columns.venue in _INDIAN and in_shares:
        columns.units = 1.0
        columns.notes.append(
            f"open interest is in shares: every figure is a multiple of {lot or step:g}, a lot; 1 a share taken, "
            "multiplier replaces it"
        )
    elif lot > 1:
        columns.units = lot
        columns.notes.append(
            f"open interest is in contracts of {lot:g}, as the column {table.names[roles.all('lot')[0]]} says; "
            "multiplier replaces it"
        )
