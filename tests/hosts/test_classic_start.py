"""A classic workbook starts Python from nothing that lies beside it or in Excel's current folder.

The command is that of the VBA in the book, with the book's own configuration; in place of the call that waits for Excel
it imports what the functions need. Modules are planted where an attacker could put them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gex_xl.hosts.classic import macros, wrappers
from gex_xl.hosts.classic.host import CONFIG

PLANTED = ("xlwings", "numpy", "pandas", "gex_xl", "scipy", "site", "encodings", "win32api", "json")
LOADS = "import numpy, pandas, json, gex_xl.hosts.classic.calls; print('loaded', gex_xl.hosts.classic.calls.__file__)"


@pytest.fixture
def planted(tmp_path: Path) -> Path:
    for name in PLANTED:
        (tmp_path / f"{name}.py").write_text(f"print('PLANTED {name}')\nraise SystemExit\n", encoding="utf-8")
    return tmp_path


def code_of(config: dict[str, str | bool], book: Path, variables: dict[str, str]) -> str:
    """What follows `-c` in the command that xlwings' VBA makes, its last call exchanged."""
    body = re.search(r"Function XLPyCommand\(\)(.*?)End Function", macros.xlwings_modules()["xlwings"], re.S)
    assert body
    line = re.search(r'tail = "( -B -c .*)"$', body[1].replace("\r", ""), re.M)
    assert line
    keys = re.search(r"Excel\" Then\s+PYTHONPATH = (.*)$", body[1].replace("\r", ""), re.M)
    assert keys
    parts = {
        "AddExcelDir": str(config["ADD_WORKBOOK_TO_PYTHONPATH"]),
        "ThisWorkbook.FullName": str(book),
        **{f'GetConfig("{key}")': str(value) for key, value in config.items()},
    }
    paths = "".join(parts[part] if part in parts else part.strip('"') for part in keys[1].split(" & "))
    for name, value in variables.items():
        paths = paths.replace(f"%{name}%", value)
    text = line[1].replace('" & LicenseKeyEnvString & "', "").replace('" & PYTHONPATH & "', paths)
    assert text.startswith(' -B -c ""') and "xlwings.serve(" in text
    code = text.removeprefix(' -B -c ""').removesuffix('""').replace('\\""', '"')
    return re.sub(r"xlwings\.serve\(.*", LOADS, code)


def environment_of_vba(interpreter: str) -> dict[str, str]:
    """What GexHost sets before it starts Python."""
    source = wrappers.fixed("GexHost.bas")
    connect = source[source.index("Private Sub Connect()") :]
    connect = connect[: connect.index("End Sub")]
    named = {"interpreter": interpreter, "safe": str(Path(interpreter).parent)}
    found = re.findall(r'environment\("(\w+)"\) = (?:"([^"]*)"|(\w+))', connect[: connect.index("XLPy")])
    return {name: text or named[variable] for name, text, variable in found}


def run(code: str, folder: Path, variables: dict[str, str]) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=folder,
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_nothing_beside_the_workbook_or_in_the_current_folder_is_imported(planted: Path) -> None:
    variables = environment_of_vba(sys.executable)
    assert variables.keys() >= {"GEX_XL_PYTHON", "GEX_XL_FOLDER", "PYTHONSAFEPATH"}
    said = run(code_of(CONFIG, planted / "gamma.xlsm", variables), planted, variables)
    assert "PLANTED" not in said
    assert said.startswith("loaded ")
    assert str(planted) not in said


@pytest.mark.parametrize("left_out", ["PYTHONSAFEPATH", "PYTHONPATH", "ADD_WORKBOOK_TO_PYTHONPATH"])
def test_each_of_the_guards_is_needed(left_out: str, planted: Path) -> None:
    """Without it a planted module runs: this test sees what it looks for."""
    variables = environment_of_vba(sys.executable)
    config = dict(CONFIG)
    if left_out == "PYTHONSAFEPATH":
        del variables[left_out]
    else:
        config[left_out] = {"PYTHONPATH": "", "ADD_WORKBOOK_TO_PYTHONPATH": "true"}[left_out]
    assert "PLANTED" in run(code_of(config, planted / "gamma.xlsm", variables), planted, variables)


def test_programs_are_started_by_whole_paths_and_from_a_folder_of_their_own() -> None:
    source = wrappers.fixed("GexHost.bas")
    connect = source[source.index("Private Sub Connect()") : source.index("Private Function FoundPython")]
    assert connect.index("ChDir safe") < connect.index("XLPy")
    assert "If Not GexAbsolute(interpreter) Then Exit Function" in source
    started = re.findall(r"\.Run (.*)", source)
    assert len(started) == 1
    assert started[0].startswith('"""" & Environ$("SystemRoot") & "\\System32\\cmd.exe""')
    assert 'asked = """" & launcher' in source
