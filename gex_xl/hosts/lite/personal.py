"""The folder `personal` for xlwings Lite: the worksheet functions in every workbook, as modules that can be read.

The add-in looks there for modules that all workbooks share, once the folder is dropped on its Files > Import/Export, or
mounted on Windows. One module alone offers the functions, since several would offer each of them twice; the package
lies beside it as it is in this installation.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from gex_xl import __version__
from gex_xl.errors import BadInput
from gex_xl.functions import REGISTRY
from gex_xl.hosts import closure
from gex_xl.hosts.lite.bundle import licence

#: The module whose functions are offered in every workbook.
MODULE = "gex_xl_functions"
_OURS = f"# Written by gex-xl install lite, of gex_xl {__version__}"
_FUNCTIONS = """\
{ours}; the next install writes it anew.
# The worksheet functions of gex_xl for every workbook. Their code is in the folder gex_xl beside this file.

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # where the add-in has not put this folder there itself

from gex_xl.udfs import (  # noqa: E402, F401
{names}
)
"""


def install(folder: Path | None) -> str:
    """Write `personal` into a folder and say what to do with it. Raises BadInput where none is given."""
    if folder is None:
        raise BadInput("say where to write the folder personal: gex-xl install lite FOLDER")
    home = folder / "personal"
    _check(home)
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home) as between:
        made = Path(between) / "gex_xl"
        _write_package(made)
        shutil.rmtree(home / "gex_xl", ignore_errors=True)
        made.replace(home / "gex_xl")
    names = "\n".join(f"    {name}," for name in REGISTRY)
    (home / f"{MODULE}.py").write_text(_FUNCTIONS.format(ours=_OURS, names=names), encoding="utf-8")
    return (
        f"{home}: {len(REGISTRY)} functions for every workbook. In Excel, in the pane of xlwings Lite: Menu > Files, "
        "drop this folder on Import/Export (or, on Windows, mount it as /personal under Local Folders); add numpy, "
        "pandas, scipy and tzdata to requirements.txt; then Menu > Restart"
    )


def uninstall(folder: Path | None) -> str:
    """Take away what `install` wrote; what else the folder holds stays."""
    if folder is None:
        raise BadInput("say where the folder personal is: gex-xl install lite FOLDER --uninstall")
    home = folder / "personal"
    if not (home / f"{MODULE}.py").is_file():
        return f"{home}: nothing of gex_xl is there"
    _check(home)
    shutil.rmtree(home / "gex_xl", ignore_errors=True)
    (home / f"{MODULE}.py").unlink()
    if not any(home.iterdir()):
        home.rmdir()
    return f"{home}: gex_xl is taken out; delete it in the pane of xlwings Lite too: Menu > Files, then Menu > Restart"


def _write_package(home: Path) -> None:
    sources = closure.modules(("gex_xl.udfs",))
    for name, source in sources.items():
        place = home.joinpath(*name.split(".")[1:])
        file = place / "__init__.py" if closure.is_package(name) else place.with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    for name, content in closure.data_files(sources).items():
        (home.parent / name).write_bytes(content)
    (home / "LICENSE").write_text(licence(), encoding="utf-8")


def _check(home: Path) -> None:
    """Only what an install of ours wrote is written over."""
    module, package = home / f"{MODULE}.py", home / "gex_xl"
    if home.exists() and not home.is_dir():
        raise BadInput(f"{home} is a file; give another folder")
    ours = module.is_file() and module.read_text(encoding="utf-8", errors="replace").startswith(
        _OURS.rpartition(" ")[0]
    )
    if (module.exists() or package.exists()) and not ours:
        raise BadInput(
            f"{home} holds gex_xl that gex-xl install lite did not write; move it away, or give another folder"
        )
