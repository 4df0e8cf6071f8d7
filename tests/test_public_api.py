"""The Python API as the README shows it, and its promises."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import gex_xl
from gex_xl.template.sample import write_sample

README = Path(__file__).parents[1] / "README.md"


def test_the_readme_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    monkeypatch.chdir(tmp_path)
    Path("gex_xl_demo").mkdir()
    write_sample(Path("gex_xl_demo", "sample_chain.csv"))
    exec(code[1], {})  # noqa: S102  our own README
    total, zero = map(float, capsys.readouterr().out.split()[:2])
    chain = gex_xl.Chain.from_file(Path("gex_xl_demo", "sample_chain.csv"))
    assert total == pytest.approx(gex_xl.total(gex_xl.prepare(chain)).net / 1e9, rel=1e-12)
    assert abs(zero / 5312.40 - 1) < 0.2  # spot as the sample's preamble says


def test_every_public_name_exists_and_is_documented() -> None:
    for name in gex_xl.__all__:
        assert getattr(gex_xl, name).__doc__, name


def test_the_gate_runs_every_command_of_the_readme() -> None:
    """scripts/run-readme takes them from the page itself."""
    script = runpy.run_path(str(README.parent / "scripts" / "run-readme"))
    indented = re.findall(
        r"^    (\S*uv .*)$", README.read_text(encoding="utf-8").replace("pip install ", ""), re.MULTILINE
    )
    assert len(script["commands"]()) == len(indented) >= 15
    assert "scripts/run-readme" in (README.parent / ".ci" / "run").read_text(encoding="utf-8")
