"""A program for tests, run by the Python that has LibreOffice's `uno`: calls one function of a workbook's VBA.

    basic_session.py PIPE URL MODULE FUNCTION

LibreOffice's Basic compiles and runs the VBA of an .xlsm; what the function returns is printed.
"""

# ruff: noqa: T201  what is printed is the answer

import sys
import time

import uno  # type: ignore[import-not-found]
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]


def option(name: str, value: object) -> object:
    """One argument of a load."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def main() -> None:
    pipe, url, module, function = sys.argv[1:5]
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
        book = desktop.loadComponentFromURL(url, "_blank", 0, (option("Hidden", True), option("MacroExecutionMode", 4)))
        script = f"vnd.sun.star.script:VBAProject.{module}.{function}?language=Basic&location=document"
        print(book.getScriptProvider().getScript(script).invoke((), (), ())[0])
        book.close(True)
    finally:
        desktop.terminate()


if __name__ == "__main__":
    main()
