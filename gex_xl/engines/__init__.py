"""Calculating a workbook without Excel: IronCalc does the spreadsheet, Python does our worksheet functions.

    embedded     recalculate(): the way in
    calculation  rounds of IronCalc and Python until nothing changes
    scratch      the spare sheet on which the two hand values to each other
    package      the .xlsx as parts; sheet_xml and charts patch one part each
    formulas     formula text; addresses: cell addresses

IronCalc is loaded when a book is first calculated, not when this package is imported.
"""

from __future__ import annotations

from gex_xl.engines.embedded import Recalculation, recalculate

__all__ = ["Recalculation", "recalculate"]
