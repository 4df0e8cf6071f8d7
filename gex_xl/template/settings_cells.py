"""The settings that a book holds on its sheet Settings: read, and changed without rebuilding the book."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gex_xl.engines.package import Package
from gex_xl.engines.sheet_xml import Entry, Scalar
from gex_xl.errors import BadInput
from gex_xl.settings import HELP, parse_settings
from gex_xl.template import plan

_KEYS, _VALUES = 1, 2  # columns A and B


def settings_in(book: Path) -> dict[str, object]:
    """What a book's own cells say; {} where they say what no setting can be, of which its formulas then tell."""
    found = _cells(Package(book))
    try:
        return parse_settings([[key, value] for key, (_, value) in found.items()])
    except BadInput:
        return {}


def change_settings(source: Path, target: Path, changes: Mapping[str, object]) -> None:
    """Write the book `source` to `target` with other settings in its cells; nothing is computed.

    Raises BadInput for a file that has no such sheet or no such setting, and where a formula gives the setting.
    """
    package = Package(source)
    found = _cells(package)
    if missing := [key for key in changes if key not in found]:
        raise BadInput(
            f"{source.name} has no setting {missing[0]} on a sheet {plan.SETTINGS}; give a workbook made by "
            "gex-xl new, or build it anew with this version"
        )
    places = {(plan.SETTINGS, found[key][0], _VALUES) for key in changes}
    if formulas := [cell.name for cell in package.formulas() if (cell.sheet, cell.row, cell.column) in places]:
        raise BadInput(f"{formulas[0]} holds a formula, which --set does not replace; type a value there first")
    entries: dict[int, dict[int, Entry]] = {}
    for key, value in changes.items():
        plain: Scalar = float(value) if isinstance(value, (int, float)) else str(value)
        entries[found[key][0]] = {_VALUES: Entry(plain)}
    package.write_values({plan.SETTINGS: entries}, {})
    package.save(target)


def _cells(package: Package) -> dict[str, tuple[int, Scalar]]:
    """setting -> its row and what stands beside it; by name, since books of other versions have other rows."""
    held = package.values(plan.SETTINGS)
    names = {row: str(value) for (_, row, column), value in held.items() if column == _KEYS}
    return {name: (row, held.get((plan.SETTINGS, row, _VALUES))) for row, name in names.items() if name in HELP}
