"""What some modules of this package need of it: the modules that they import, and the data files that they read.

A Lite workbook and the add-in for LibreOffice carry no more than that. It is read from the source, so that no list of
files has to be kept.
"""

from __future__ import annotations

import ast
import importlib.util
import pkgutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from gex_xl import __version__

#: The package's own front door, in short: it would bring in all that Python offers beyond the worksheet functions.
FRONT = f'"""Dealer gamma exposure from an option chain."""\n\n__version__ = "{__version__}"\n'


def modules(entries: Iterable[str], without: str = "") -> dict[str, str]:
    """Source by name of the modules `entries` and of all modules of this package that they import, wherever they do.

    Packages come with their modules. `without`: a package that is left out, with what only it imports.
    """
    found: dict[str, str] = {}
    open_ends = [*entries]
    while open_ends:
        name = open_ends.pop()
        path = _file(name)
        if path is None or name in found or (without and f"{name}.".startswith(f"{without}.")):
            continue
        found[name] = FRONT if name == "gex_xl" else path.read_text(encoding="utf-8")
        open_ends += [*imported(found[name]), name.rpartition(".")[0]]
    return dict(sorted(found.items()))


def imported(source: str) -> set[str]:
    """All that a module imports, wherever in it; of "from a import b" both a and a.b."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def data_files(sources: Mapping[str, str]) -> dict[str, bytes]:
    """What these modules read by pkgutil.get_data, by name: {"gex_xl/products.csv": its bytes}.

    Raises ValueError for a call that does not name package and file in so many words.
    """
    found = {}
    for name, source in sources.items():
        for node in ast.walk(ast.parse(source)):
            called = node.func if isinstance(node, ast.Call) else None
            if not isinstance(node, ast.Call) or getattr(called, "attr", getattr(called, "id", "")) != "get_data":
                continue
            words = [given.value for given in node.args if isinstance(given, ast.Constant)]
            content = pkgutil.get_data(*map(str, words)) if len(words) == 2 else None
            if content is None:
                raise ValueError(f'{name}, line {node.lineno}: write get_data("gex_xl", "FILE") with both as texts')
            found["/".join([*str(words[0]).split("."), str(words[1])])] = content
    return dict(sorted(found.items()))


def is_package(name: str) -> bool:
    """Whether a module of this package is a folder of modules."""
    path = _file(name)
    return path is not None and path.name == "__init__.py"


def _file(name: str) -> Path | None:
    """None for what is no module of this package: another package, or a function of one of our modules."""
    if name.partition(".")[0] != "gex_xl":
        return None
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:  # looked for inside a module that is no package
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None
