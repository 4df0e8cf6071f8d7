"""What imports what: derived from the source, and from a fresh interpreter."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "gex_xl"
#: From the bottom up: a module imports from its own layer and from those below it.
LAYERS = [
    {"errors", "arrays", "atomic", "calc_features"},
    {"cache", "settings", "products", "ownership"},
    {"clock"},
    {"reading"},
    {"listed"},
    {"chain"},
    {"chain_files"},
    {"analytics"},
    {"desk", "history"},
    {"functions", "feeds"},
    {"udfs"},
    {"engines", "template"},
    {"hosts"},
    {"commands"},
    {"cli"},
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
UNORDERED = {"__init__", "__main__"}  # the package's front door, which imports what it offers

MODULES = sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The first name below the package: `analytics` for analytics/flip.py, `clock` for clock.py."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path: Path) -> set[str]:
    """Absolute names of all that a module imports, wherever in the file."""
    found: set[str] = set()
    package = ["gex_xl", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # "from gex_xl import functions" names a module; "from gex_xl.clock import years" does not.
            found |= {f"{module}.{alias.name}" for alias in node.names} if module == "gex_xl" else {module}
    return found


def own(path: Path) -> set[str]:
    """The parts of gex_xl that a module imports."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("gex_xl.")}


def test_every_module_has_a_place() -> None:
    assert {part_of(path) for path in MODULES} <= set(LEVEL) | UNORDERED
    assert len(MODULES) > 30


@pytest.mark.parametrize(
    "path", [p for p in MODULES if part_of(p) not in UNORDERED], ids=lambda p: p.relative_to(PACKAGE).as_posix()
)
def test_imports_point_down(path: Path) -> None:
    part = part_of(path)
    above = {name for name in own(path) if name in LEVEL and LEVEL[name] > LEVEL[part]}
    assert not above, f"{path.relative_to(PACKAGE)} imports {sorted(above)} from above {part}"
    assert own(path) - {"__version__"} <= set(LEVEL)


@pytest.mark.parametrize("path", sorted((PACKAGE / "engines").rglob("*.py")), ids=lambda p: p.name)
def test_engines_know_spreadsheets_and_no_finance(path: Path) -> None:
    assert own(path) <= {"errors", "atomic", "calc_features", "engines"}


def test_only_udfs_and_the_calls_of_two_hosts_import_xlwings() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if any(n.split(".")[0] == "xlwings" for n in imports(path))
    }
    # The server calls the functions through xlwings; classic's calls are what its macros ask, which no cell does.
    assert users == {"udfs.py", "hosts/server/calls.py", "hosts/classic/calls.py"}


def loaded_by(statement: str) -> set[str]:
    """All modules in memory after one statement in a fresh interpreter."""
    code = f"import json, sys; {statement}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


HEAVY = {
    "scipy.stats",
    "scipy.optimize",
    "tqdm",
    "dask",
    "distributed",
    "matplotlib",
    "ironcalc",
    "xlsxwriter",
}
WEB = {
    "requests",
    "urllib3",
    "truststore",
    "yfinance",
    "curl_cffi",
    "httpx",
    "aiohttp",
    "flask",
    "fastapi",
    "starlette",
    "django",
    "uvicorn",
}
ORACLES = {"QuantLib", "mpmath", "py_vollib", "hypothesis", "openpyxl", "exchange_calendars"}


def test_importing_the_core_loads_little() -> None:
    found = loaded_by("import gex_xl")
    assert {"gex_xl", "gex_xl.analytics.contracts", "numpy"} <= found
    assert not found & (HEAVY | WEB | ORACLES | {"xlwings", "python_calamine", "pyarrow"})
    assert not {name for name in found if name.startswith(("gex_xl.functions", "gex_xl.engines", "gex_xl.template"))}


def test_the_worksheet_functions_load_little() -> None:
    found = loaded_by("import gex_xl.udfs")
    assert {"gex_xl.udfs", "xlwings"} <= found
    assert not found & (HEAVY | ORACLES)


def test_the_worksheet_functions_load_nothing_but_numpy_pandas_and_xlwings() -> None:
    """A cold start is felt in every workbook: what others need, scipy above all, is loaded when it is used."""
    outside = loaded_by("import numpy, pandas, xlwings")
    more = {name.split(".")[0] for name in loaded_by("import gex_xl.udfs") - outside}
    assert {name for name in more if name not in sys.stdlib_module_names and not name.startswith("_")} == {"gex_xl"}


def test_only_feeds_ask_the_internet_and_only_commands_ask_feeds() -> None:
    """The server host speaks HTTP too, to this machine alone."""
    web = WEB | {"urllib", "http", "socket"}
    speakers = {part_of(path) for path in MODULES if {n.split(".")[0] for n in imports(path)} & web}
    assert speakers == {"feeds", "hosts"}
    askers = {part_of(path) for path in MODULES if "feeds" in own(path)}
    assert askers == {"feeds", "commands"}


def test_what_speaks_http_is_loaded_by_asking_only() -> None:
    assert not loaded_by("import gex_xl.cli") & (WEB | {"tqdm", "ironcalc", "xlsxwriter"})
