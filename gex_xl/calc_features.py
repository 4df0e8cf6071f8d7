"""Keeps the figures of a workbook as they were saved: Excel recalculates a file that names no calc features.

It does so on opening, whatever the file says of recalculation, where calcId is 179016 or later and the workbook lists
no features ([MS-XLSX] 2.4.82): figures then turn into #NAME? where the functions are not there yet.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

#: What Excel itself lists: rich data, implicit intersection, formulas of formatted values, LET, LAMBDA, arrays of text.
_FEATURES = ("RD", "Single", "FV", "CNMTM", "LET_WF", "LAMBDA_WF", "ARRAYTEXT_WF")
_EXT = (
    '<ext uri="{B58B0392-4F1F-4190-BB64-5DF3571DCE5F}" '
    'xmlns:xcalcf="http://schemas.microsoft.com/office/spreadsheetml/2018/calcfeatures"><xcalcf:calcFeatures>'
    + "".join(f'<xcalcf:feature name="microsoft.com:{name}"/>' for name in _FEATURES)
    + "</xcalcf:calcFeatures></ext>"
)
#: The calculation engine of Excel 2019 to 365: those recalculate a file on opening that names an older one.
CALC_ID = 191029


def with_features(workbook: str) -> str:
    """The part xl/workbook.xml with the features listed; one that lists any stays as it is."""
    if "calcFeatures" in workbook:
        return workbook
    if "</extLst></workbook>" in workbook:
        return workbook.replace("</extLst></workbook>", f"{_EXT}</extLst></workbook>")
    return workbook.replace("</workbook>", f"<extLst>{_EXT}</extLst></workbook>")


def list_features(book: Path) -> None:
    """List the features in a file that xlsxwriter has written."""
    with zipfile.ZipFile(book) as archive:
        parts = {info: archive.read(info) for info in archive.infolist()}
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in parts.items():
            is_book = info.filename == "xl/workbook.xml"
            archive.writestr(info, with_features(content.decode()).encode() if is_book else content)
