"""Runs a generated main.py as the add-in does, in whatever Python this is: a clean one, or Pyodide.

Needs nothing of gex_xl or pytest. `run(code, cases)` takes and gives JSON texts: cases are [name, arguments], results
[the function called directly, the function called as the add-in calls it], each {"value": ...} or {"error": text}.
For ["append_today", book] the result is the list of actions that the script asks Excel for.
"""

import datetime as dt
import importlib
import json
import sys
import types


def module_of(code):
    """main.py as a module: the add-in executes its text and only then lists the module."""
    module = types.ModuleType("main")
    exec(code, module.__dict__)  # noqa: S102
    sys.modules["main"] = module
    return module


def decoded(value):
    """JSON has no dates: {"date": ISO text} is one."""
    if isinstance(value, list):
        return [decoded(each) for each in value]
    return dt.datetime.fromisoformat(value["date"]) if isinstance(value, dict) else value


def as_matrix(value):
    """Excel hands over every argument as a matrix, and null for one that was left out."""
    if value is None or (isinstance(value, list) and value and isinstance(value[0], list)):
        return value
    return [value] if isinstance(value, list) else [[value]]


async def actions_of(module, name, book):
    """A script run as the add-in runs it: the workbook's values in, actions out."""
    import xlwings
    from xlwings.server import custom_scripts_call

    handed = xlwings.Book(json={**book, "version": xlwings.__version__})
    done = await custom_scripts_call(module, name, typehint_to_value={xlwings.Book: handed})
    return done.json()["actions"]


async def run(code, cases):
    from xlwings import XlwingsError, __version__
    from xlwings.server import custom_functions_call, custom_functions_meta, custom_scripts_meta

    module = module_of(code)
    results = []
    for name, arguments in json.loads(cases):
        if name == "append_today":
            results.append(await actions_of(module, name, arguments))
            continue
        given = decoded(arguments)
        outcome = []
        try:
            outcome.append({"value": getattr(module, name)(*given)})
        except XlwingsError as error:
            outcome.append({"error": str(error)})
        if any(isinstance(value, dict) for value in arguments):
            results.append([*outcome, None])  # Excel hands over serials, never dates
            continue
        asked = {
            "func_name": name,
            "args": [as_matrix(value) for value in arguments],
            "version": __version__,
            "client": "Office.js",
            "runtime": "1.4",
            "culture_info_name": "en-US",
            "date_format": "m/d/yyyy",
        }
        try:
            outcome.append({"value": await custom_functions_call(asked, module_of(code))})
        except XlwingsError as error:
            outcome.append({"error": str(error)})
        results.append(outcome)
    names = [entry["name"] for entry in custom_functions_meta(module)["functions"]]
    # scipy is loaded when it is used, which bad input never comes to.
    versions = {name: importlib.import_module(name).__version__ for name in ("numpy", "pandas", "scipy", "gex_xl")}
    home = sys.modules["gex_xl"].__file__
    scripts = custom_scripts_meta(module)
    return json.dumps({"results": results, "names": names, "scripts": scripts, "versions": versions, "home": home})


if __name__ == "__main__":
    import asyncio
    from pathlib import Path

    folder = Path(sys.argv[1])
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("main.py", "cases.json")]
    (folder / "results.json").write_text(asyncio.run(run(*texts)), encoding="utf-8")
