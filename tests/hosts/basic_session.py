"""A program for tests, run by the Python that has LibreOffice's `uno`: calls one function of a workbook's VBA.

    basic_session.py PIPE URL MODULE FUNCTION
    basic_session.py PIPE URL < STEPS

LibreOffice's Basic compiles and runs the VBA of an .xlsm; what the function returns is printed. STEPS is a JSON list
of ["write", sheet, cells, values or formulas by row], ["call", module, function], ["read", sheet, cells] and
["buttons", sheet]; their answers are printed as one.
"""

# ruff: noqa: T201  what is printed is the answer

import json
import sys
import time
from typing import Any

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]


def option(name: str, value: object) -> object:
    """One argument of a load."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def called(book: Any, module: str, function: str) -> Any:
    """What a function of the workbook's VBA returns."""
    script = f"vnd.sun.star.script:VBAProject.{module}.{function}?language=Basic&location=document"
    return book.getScriptProvider().getScript(script).invoke((), (), ())[0]


def buttons(sheet: Any) -> list[list[str]]:
    """[what it says, what a press of it runs] of each button of a sheet."""
    found = []
    forms = sheet.DrawPage.Forms
    for form in (forms.getByIndex(i) for i in range(forms.Count)):
        for i in range(form.Count):
            runs = [event.ScriptCode for event in form.getScriptEvents(i)]
            found.append([form.getByIndex(i).Label, *runs])
    return found


def done(book: Any, what: str, *given: Any) -> Any:
    """One step."""
    if what == "call":
        return called(book, *given)
    if what == "buttons":
        return buttons(book.Sheets.getByName(given[0]))
    sheet, cells, *rows = given
    area = book.Sheets.getByName(sheet).getCellRangeByName(cells)
    if what == "write":
        area.clearContents(1 | 2 | 4 | 16)  # numbers, dates, texts and formulas
        if any(isinstance(cell, str) and cell.startswith("=") for row in rows[0] for cell in row):
            area.setFormulaArray(tuple(map(tuple, rows[0])))
        else:
            area.setDataArray(tuple(map(tuple, rows[0])))
    return area.getDataArray()


def main() -> None:
    pipe, url, *asked = sys.argv[1:5]
    module, function = asked or ("", "")
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    for attempt in range(300):
        try:
            office = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:
            if attempt == 299:
                raise
            time.sleep(0.1)
    desktop = office.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", office)
    try:
        book = desktop.loadComponentFromURL(url, "_blank", 0, (option("MacroExecutionMode", 4),))
        if function:
            print(called(book, module, function))
        else:
            print(json.dumps([done(book, *step) for step in json.load(sys.stdin)]))
        book.close(True)
    finally:
        desktop.terminate()


if __name__ == "__main__":
    main()
