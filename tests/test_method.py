"""docs/method.md: its worked contract recomputed, its links and the citations of it that stand elsewhere."""

import datetime as dt
import importlib
import inspect
import re
from pathlib import Path

import mpmath
import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")


def steps_of_the_page() -> dict[str, str]:
    """step -> value, as the table "One contract by hand" has them."""
    table = PAGE.split("### One contract by hand")[1].split("\n## ")[0]
    return {
        row[0].strip(): row[2].strip() for line in table.splitlines() if len(row := line.strip("|").split("|")) == 3
    }


def test_the_worked_contract_is_right_to_its_last_digit() -> None:
    mpmath.mp.dps = 40
    quoted = dt.datetime.fromisoformat("2025-03-03T11:30:00-05:00")
    settled = dt.datetime.fromisoformat("2025-03-21T16:00:00-04:00")  # daylight saving began on 9 March
    seconds = int((settled - quoted).total_seconds())
    years = mpmath.mpf(seconds) / (365 * 86400)
    v = mpmath.mpf("0.15") * mpmath.sqrt(years)
    d1 = (mpmath.log(mpmath.mpf(5000) / 5050) + v * v / 2) / v
    density = mpmath.npdf(d1)
    gamma = density / (5000 * v)
    shares = gamma * 7900 * 100
    values = {
        "seconds": seconds, "T": years, "v": v, "d1": d1, "density": density, "gamma": gamma, "shares": shares,
        "GEX": -shares * 5000**2 / 100,
    }  # fmt: skip
    page = steps_of_the_page()
    assert page.keys() >= values.keys()
    for step, value in values.items():
        last_digit = mpmath.mpf(10) ** -len(page[step].partition(".")[2])
        assert abs(mpmath.mpf(page[step]) - value) <= last_digit / 2, step


def test_the_product_gives_the_worked_contract() -> None:
    from gex_xl.udfs import FUNCTIONS

    chain = [
        ["Root", "Expiry", "Type", "Strike", "IV", "Open Interest"],
        ["SPXW", "2025-03-21", "C", 5050, 0.15, 7900],
    ]
    total = FUNCTIONS["TOTAL_GEX"](chain, 5000, "2025-03-03 11:30", "carry=none")
    assert total == pytest.approx(float(steps_of_the_page()["GEX"]), rel=1e-10)


def test_citations_of_sections_resolve() -> None:
    sections = {int(number) for number in re.findall(r"(?m)^## (\d+)\. ", PAGE)}
    assert sections == set(range(1, 10))
    cited = set()
    for folder in ("gex_xl", "tests", "docs", "benchmarks"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".csv", ".md"):
                cited |= {int(n) for n in re.findall(r"[Mm]ethod(?:\.md)?,? section (\d+)", path.read_text("utf-8"))}
    assert len(cited) >= 4
    assert cited <= sections


def test_links_inside_the_documentation_resolve() -> None:
    checked = 0
    for page in [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", *ROOT.glob("CONTRIBUTING.md")]:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target:
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path) if path else page
            assert file.exists(), f"{page.name}: {target}"
            if anchor:
                heads = re.findall(r"(?m)^#+ (.+)$", file.read_text(encoding="utf-8"))
                assert anchor in {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}
            checked += 1
    assert checked > 10


#: Where the figures of changes, maps, levels, flows, known positions and other methods are computed.
CITING = {
    "bars": ("profile", "expiry_bars", "term_bars", "smile_bars", "bridge"), "change": ("change", "by_strike",
    "by_settlement", "largest_series", "level_changes"), "dialects": ("dialects",), "expiries": ("by_bucket",
    "max_pain", "expected_moves", "put_call"), "flows": ("hedge_flow", "vol_flow"), "gamma_map": ("gamma_map",),
    "grid": ("grid",), "known": ("with_known", "known_effect"), "ladder": ("ladder",), "letf": ("letf_flow",),
    "option": ("option_figures",), "price_levels": ("price_levels", "mapped"), "straddle": ("straddles",),
    "strikes": ("buckets", "strike_rows"), "watchlist": ("watchlist",),
}  # fmt: skip


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, names in CITING.items() for name in names])
def test_every_figure_cites_its_source(module: str, name: str) -> None:
    words = inspect.getdoc(getattr(importlib.import_module(f"gex_xl.analytics.{module}"), name)) or ""
    assert re.search(r"[Mm]ethod, section \d|\b(19|20)\d\d\b|METHODS|Haug", words), words
