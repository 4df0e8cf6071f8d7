"""The workbook: one description, built with xlsxwriter, evaluated by its own formulas."""

from gex_xl.template.build import build_workbook, new_workbook, recalculate_workbook
from gex_xl.template.plan import DEFAULTS, PASTE_ANCHOR
from gex_xl.template.settings_cells import change_settings, settings_in

__all__ = [
    "DEFAULTS",
    "PASTE_ANCHOR",
    "build_workbook",
    "change_settings",
    "new_workbook",
    "recalculate_workbook",
    "settings_in",
]
