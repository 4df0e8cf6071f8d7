"""The workbook: one description, built with xlsxwriter, evaluated by its own formulas."""

from gex_xl.template.build import build_workbook, new_workbook, own_book, paste_more, recalculate_workbook
from gex_xl.template.plan import DEFAULTS, PASTE_ANCHOR
from gex_xl.template.settings_cells import NO_INPUTS, Inputs, change_settings, settings_in, write_inputs

__all__ = [
    "DEFAULTS",
    "NO_INPUTS",
    "PASTE_ANCHOR",
    "Inputs",
    "build_workbook",
    "change_settings",
    "new_workbook",
    "own_book",
    "paste_more",
    "recalculate_workbook",
    "settings_in",
    "write_inputs",
]
