"""The settings that a book holds on its sheet Settings: read, and changed without rebuilding the book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gex_xl.engines.addresses import area_of
from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry, Scalar
from gex_xl.errors import BadInput
from gex_xl.settings import HELP, parse_settings, worded
from gex_xl.template import plan

_KEYS, _VALUES = 3, 4  # columns C and D


def settings_in(book: Path) -> dict[str, object]:
    """What a book's own cells say; {} where they say what no setting can be, of which its formulas then tell."""
    package = Package(book)
    found = {key: value for key, (_, value) in _cells(package).items()} | _selected(package)
    try:
        return parse_settings([[key, value] for key, value in found.items()])
    except BadInput:
        return {}


def change_settings(source: Path, target: Path, changes: Mapping[str, object]) -> None:
    """Write the book `source` to `target` with other settings in its cells; nothing is computed.

    Those that the Dashboard's selectors give are written there, in their words. Raises BadInput for a file that has no
    such sheet or no such setting, and where a formula of the user's gives the setting.
    """
    package = Package(source)
    found = _cells(package)
    places: dict[str, tuple[str, int, int]] = {
        key: (plan.SETTINGS, row, _VALUES) for key, (row, _) in found.items() if key not in plan.SELECTORS
    }
    if plan.DASHBOARD in package.sheets:
        places |= {key: _place(cell) for key, cell in plan.SELECTORS.items()}
    if missing := [key for key in changes if key not in places]:
        raise BadInput(
            f"{source.name} has no setting {missing[0]} on a sheet {plan.SETTINGS}; give a workbook made by "
            "gex-xl new, or build it anew with this version"
        )
    wanted = {places[key] for key in changes}
    if formulas := [cell.name for cell in package.formulas() if (cell.sheet, cell.row, cell.column) in wanted]:
        raise BadInput(f"{formulas[0]} holds a formula, which --set does not replace; type a value there first")
    entries: dict[str, dict[int, dict[int, Entry]]] = {}
    for key, value in changes.items():
        sheet, row, column = places[key]
        shown = worded(key, value) if key in plan.SELECTORS else value
        plain: Scalar = float(shown) if isinstance(shown, (int, float)) else str(shown)
        entries.setdefault(sheet, {}).setdefault(row, {})[column] = Entry(plain)
    package.write_values(entries, {})
    package.save(target)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a reader gives a new book besides its chain: spot, quote time as text, the earlier chain's cells, and the
    cells of further underlyings."""

    spot: float | None = None
    as_of: str | None = None
    earlier: Sequence[Sequence[object]] | None = None
    more: tuple[Sequence[Sequence[object]], ...] = ()


NO_INPUTS = Inputs()


def write_inputs(source: Path, target: Path, spot: float | None, as_of: str | None) -> None:
    """Write spot and quote time, where given, into the book's own cells; nothing is computed."""
    package = Package(source)
    entries: dict[str, dict[int, dict[int, Entry]]] = {}
    for cell, value in ((plan.SPOT_CELL, spot), (plan.AS_OF_INPUT, as_of)):
        if value is not None:
            sheet, row, column = _place(cell)
            entries.setdefault(sheet, {}).setdefault(row, {})[column] = Entry(value)
    package.write_values(entries, {})
    package.save(target)


def _place(cell: str) -> tuple[str, int, int]:
    area = area_of(cell)
    assert area is not None  # noqa: S101  the plan's own cells
    return area.sheet, area.top, area.left


def _selected(package: Package) -> dict[str, Scalar]:
    """What the Dashboard's selectors hold."""
    held = package.values(plan.DASHBOARD) if plan.DASHBOARD in package.sheets else {}
    return {key: held.get(_place(cell)) for key, cell in plan.SELECTORS.items()}


def _cells(package: Package) -> dict[str, tuple[int, Scalar]]:
    """setting -> its row and what stands beside it; by name, since books of other versions have other rows."""
    held = package.values(plan.SETTINGS)
    names = {row: str(value) for (_, row, column), value in held.items() if column == _KEYS}
    return {name: (row, held.get((plan.SETTINGS, row, _VALUES))) for row, name in names.items() if name in HELP}
