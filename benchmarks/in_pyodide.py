async def run(code, cases):  # called by tests/hosts/pyodide_run.mjs, with driver.py above it
    import json
    import sys
    import types

    from xlwings import __version__
    from xlwings.server import custom_functions_call

    module = types.ModuleType("main")
    exec(code, module.__dict__)  # noqa: S102  as the add-in does
    sys.modules["main"] = module
    given = json.loads(cases)
    from gex_xl.cache import clear_caches

    async def call(name, arguments):
        matrices = [each if each is None or isinstance(each, list) else [[each]] for each in arguments]
        asked = {
            "func_name": name, "args": matrices, "version": __version__, "client": "Office.js", "runtime": "1.4",
            "culture_info_name": "en-US", "date_format": "m/d/yyyy",
        }  # fmt: skip
        return (await custom_functions_call(asked, module))[0][0]

    found = await timed(call, clear_caches, given["cells"], given["formulas"], given["rounds"])  # noqa: F821
    return json.dumps(found)
