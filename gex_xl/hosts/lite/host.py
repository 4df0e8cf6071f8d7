"""xlwings Lite: an .xlsx that carries its own code, for Excel with the free add-in of that name."""

from __future__ import annotations

from typing import Any

from gex_xl.engines.package import Package
from gex_xl.errors import shown
from gex_xl.functions import REGISTRY
from gex_xl.hosts.host import Host
from gex_xl.hosts.lite import extension, personal
from gex_xl.hosts.lite.bundle import added_requirements, main_py, not_ours, requirements
from gex_xl.hosts.requirement import Requirement
from gex_xl.template import dialects, history_sheet, newest_sheet, plan, selftest
from gex_xl.template.style import Style

_NOTE = (
    "1. Live figures need the free add-in xlwings Lite: Home > Add-ins, search for xlwings Lite, Add.",
    "2. Open its pane by Home > xlwings Lite. When it asks about this workbook: Trust and Continue.",
    "3. Press Ctrl+Alt+F9, and paste your chain on the sheet Chain. Until then the figures are those saved here.",
)


_EVERYWHERE = "Functions in every workbook: gex-xl install lite FOLDER writes a folder; it says where to drop it."


def _extend(book: Any) -> None:
    """A button for our script, how to have the functions everywhere, and the sheet that checks this Excel."""
    history_sheet.append_by_script(book)
    book.get_worksheet_by_name(plan.START).write("B31", _EVERYWHERE, Style(book).note)
    newest_sheet.by_script(book)
    selftest.draw(book, "lite")


def _with_code(package: Package) -> Package:
    """The code of this version; what users added below it, and to the requirements, stays."""
    old = extension.texts_in(package)
    files = {
        "main.py": main_py(old.get("main.py", "")),
        "requirements.txt": requirements(old.get("requirements.txt", "")),
    }
    extension.embed(package, files, map(dialects.LITE.spelled, REGISTRY))
    return package


def _foreign(package: Package) -> str:
    """What the add-in would run of this book that gex_xl did not write."""
    files = extension.texts_in(package)
    lines = sum(bool(line.strip()) for line in not_ours(files.get("main.py", "")).splitlines())
    found = [f"{lines} line{'s' * (lines != 1)} below gex_xl's own in main.py"] if lines else []
    found += [f"the file {shown(name)}" for name in sorted(files) if name.endswith(".py") and name != "main.py"]
    asked = ", ".join(shown(line.strip()) for line in added_requirements(files.get("requirements.txt", "")))
    found += [f"requirements.txt asks for {asked}"] if asked else []
    kept = "it carries what is not of gex_xl, and keeps it"
    return f"{kept}: {'; '.join(found)}; Excel runs it once you trust the book" if found else ""


def _requirements() -> list[Requirement]:
    """What a user of a Lite book needs on top of Excel; nothing of it can be looked up from here."""
    size = len(main_py().encode())
    return [
        Requirement("code for xlwings Lite", True, f"main.py of {size / 1000:.0f} kB, made from this installation"),
        Requirement(
            "Excel 2021 or later, Microsoft 365, or Excel on the web, with the add-in xlwings Lite",
            None,
            "not visible from outside Excel",
            "In Excel: Home > Add-ins, search for xlwings Lite, Add; then open a book made by "
            "gex-xl new BOOK.xlsx --host lite",
        ),
        Requirement(
            "internet access at the add-in's first start",
            None,
            "not tried: gex-xl doctor opens no connection",
            "The add-in loads Python, numpy, pandas and scipy then; a firewall must let Excel do so",
        ),
    ]


HOST = Host(
    name="lite",
    title="Excel with xlwings Lite",
    dialect=dialects.LITE,
    note=_NOTE,
    stamped=True,
    extend=_extend,
    finish=_with_code,
    owns=extension.is_there,
    foreign=_foreign,
    requirements=_requirements,
    install=personal.install,
    uninstall=personal.uninstall,
    folder="where the folder personal is written",
)
