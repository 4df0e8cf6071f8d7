"""By hand, under Wine or on Windows: the worksheet functions through real COM, without Excel. See docs/dev/wine.md.

What a classic workbook does is done here in the same order: xlwings' own library starts a Python with the command line
that its VBA composes, hands back the COM object, and CallUDF is called on that, from another process, by late binding.
"""

# ruff: noqa: T201  what is printed is the answer

import ctypes
import sys
import time
from pathlib import Path

import pythoncom
import pywintypes
import win32com.client
import xlwings

from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.hosts.classic.calls import CALLS

MODULE = "gex_xl.hosts.classic.calls"
MISSING = win32com.client.VARIANT(pythoncom.VT_ERROR, -2147352572)  # an argument left out


def command() -> str:
    """As XLPyCommand in xlwings' VBA has it, with the settings that our workbooks carry."""
    paths = ";".join(["false", r"C:\\books\\gamma.xlsm", r"C:\\books\\gamma.xlsm", "", "", "", ""])
    code = (
        "import sys, os;import xlwings.utils;"
        f"xlwings.utils.prepare_sys_path(\\\"{paths}\\\");import xlwings; xlwings.serve('$(CLSID)')"
    )
    python = Path(sys.executable).with_name("pythonw.exe")
    return f'cmd.exe  /K ""{python}" -B -c "{code}""'


def connect() -> object:
    """The object on which Excel's VBA calls CallUDF."""
    library = ctypes.WinDLL(str(Path(sys.prefix) / f"xlwings64-{xlwings.__version__}.dll"))
    result = (ctypes.c_uint64 * 3)()  # a VARIANT: 8 bytes of type, then the value
    code = library.XLPyDLLActivateAuto(ctypes.byref(result), command().encode(), 1)
    kind = result[0] & 0xFFFF
    if code or kind != pythoncom.VT_DISPATCH:
        said = ctypes.wstring_at(result[1]) if kind == pythoncom.VT_BSTR else f"VARIANT of type {kind}"
        raise SystemExit(f"XLPyDLLActivateAuto: code {code}, {said}")
    return win32com.client.dynamic.Dispatch(pythoncom.ObjectFromAddress(result[1], pythoncom.IID_IDispatch))


def as_excel(value: object) -> object:
    """What Excel hands over: numbers are doubles, a range is a table, nothing at all is MISSING."""
    if value is None:
        return MISSING
    if isinstance(value, list):
        return tuple(tuple(float(c) if isinstance(c, int) else c for c in row) for row in value)
    return value


def plain(value: object) -> list[list[object]]:
    """A result as rows, whatever its shape."""
    table = value if isinstance(value, (list, tuple)) else [[value]]
    return [list(row) for row in (table if table and isinstance(table[0], (list, tuple)) else [table])]


def main() -> None:
    started = time.perf_counter()
    server = connect()
    took = time.perf_counter() - started
    print(f"connected in {took:.1f} s; Python {sys.version.split()[0]}, xlwings {xlwings.__version__}")
    for name, record in REGISTRY.items():
        found = server.CallUDF(MODULE, name, tuple(as_excel(value) for value in record.example))
        same = plain(found) == plain(CALLS[name](*record.example))
        print(f"{name:<18} {'same as plain Python' if same else f'DIFFERENT: {found!r:.200}'}")
    one_sided = [*EXAMPLE_CHAIN[:2], *[row for row in EXAMPLE_CHAIN[2:] if row[2] == "C"]]
    chain = as_excel(EXAMPLE_CHAIN)
    calls = {
        "a time as a date": ("TOTAL_GEX", chain, MISSING, pywintypes.Time(1741087800)),
        "blank spot": ("TOTAL_GEX", chain, None),
        "text as spot": ("TOTAL_GEX", chain, "abc"),
        "no chain": ("TOTAL_GEX", MISSING),
        "no value": ("FLIP_STRIKE", as_excel(one_sided)),
        "handle": ("LOAD_CHAIN", chain),
    }
    for what, (name, *given) in calls.items():
        print(f"{what:<18} {server.CallUDF(MODULE, name, tuple(given))!r}")
    try:
        server.CallUDF("gex_xl.no_such_module", "TOTAL_GEX", (chain,))
    except pywintypes.com_error as error:
        print(f"an exception arrives as: {error.excepinfo[2]!r}")
    rows = [list(row) for row in EXAMPLE_CHAIN[2:]] * 1250
    big = as_excel([*EXAMPLE_CHAIN[:2], *rows])
    started = time.perf_counter()
    found = server.CallUDF(MODULE, "TOTAL_GEX", (big,))
    print(f"{len(rows)} rows: {found!r} in {time.perf_counter() - started:.2f} s")


if __name__ == "__main__":
    main()
