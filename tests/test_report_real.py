"""`gex-xl report FILE --json` on real chains against the figures published with them (tests/reference)."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TABLE = Path(__file__).parent / "reference" / "real_chains.csv"
LINES = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
ROWS = list(csv.DictReader(LINES))


def report(file: Path, *settings: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "gex_xl.cli", "report", str(file), "--json", "--set", "unit=usd_bn", *settings],
        capture_output=True, text=True, check=False, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def printed(text: str, relative: float) -> object:
    """The figure to `relative`, or to half of its last printed digit where that is coarser."""
    return pytest.approx(float(text), rel=relative, abs=0.5 * 10.0 ** -len(text.partition(".")[2]))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_feed_gamma(row: dict[str, str], shared_chains: Path) -> None:
    found = report(shared_chains / row["file"], "gamma_source=vendor")
    assert found["contracts"] == int(row["live"])
    assert found["check"]["rows"] == int(row["all"])
    assert found["check"]["excluded"].get("expired", {"contracts": 0})["contracts"] == int(row["all"]) - int(
        row["live"]
    )
    assert found["spot"] == float(row["spot"])
    for key, column in (("call_gex", "vendor_call"), ("put_gex", "vendor_put"), ("total_gex", "vendor_net")):
        assert found[key] == printed(row[column], 1e-6)
    if row["flip_vendor"]:
        assert found["flip_strike"] == printed(row["flip_vendor"], 1e-4)
    else:
        assert (found["flip_strike"], found["flip_reason"]) == (None, "one-sided chain")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["file"])
def test_model_gamma(row: dict[str, str], shared_chains: Path) -> None:
    found = report(shared_chains / row["file"], "carry=none", "iv_source=quoted")
    assert found["total_gex"] == printed(row["model_net"], 1e-6)
    assert found["zero_gamma"] == printed(row["zero_gamma"], 1e-4)
