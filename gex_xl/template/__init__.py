"""The workbook: one description, built with xlsxwriter, evaluated by its own formulas."""

from gex_xl.template.build import build_workbook, new_workbook, recalculate_workbook
from gex_xl.template.chosen import change_settings, settings_in
from gex_xl.template.parts import PASTE_ANCHOR

__all__ = [
    "PASTE_ANCHOR",
    "build_workbook",
    "change_settings",
    "new_workbook",
    "recalculate_workbook",
    "settings_in",
]
