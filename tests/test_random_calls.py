"""A hundred thousand calls with a fixed seed; `random_calls.py` makes more."""

from __future__ import annotations

import random

import pytest

from gex_xl.errors import shown
from gex_xl.functions import EXAMPLE_CHAIN, REGISTRY
from gex_xl.functions.evaluation import clean
from gex_xl.settings import Settings, parse_settings
from gex_xl.udfs import FUNCTIONS
from tests.random_calls import drawn, fault, run


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_every_call_gives_cells_or_one_sentence(seed: int) -> None:
    met, first = run(10_000, seed)
    assert not met, [(found, first[found]) for found in met]


def test_drawn_calls_reach_the_figures_of_every_function() -> None:
    """Else the run above would hold nothing: a call that is always refused says little."""
    source = random.Random(0)  # noqa: S311  nothing is secret here
    for name, record in REGISTRY.items():
        refused = 0
        for _ in range(200):
            try:
                FUNCTIONS[name](*drawn(source, record))
            except Exception:
                refused += 1
        assert refused < 195, (name, refused)


def test_a_fault_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    for found in ([[float("nan")]], [[None]], [[1.0], [1.0, 2.0]], [["x" * 40_000]]):
        monkeypatch.setitem(FUNCTIONS, "TOTAL_GEX", lambda *_given, cells=found: cells)
        assert fault("TOTAL_GEX", [EXAMPLE_CHAIN])
    monkeypatch.setitem(FUNCTIONS, "TOTAL_GEX", lambda *_given: 1 / 0)
    assert "ZeroDivisionError" in (fault("TOTAL_GEX", [EXAMPLE_CHAIN]) or "")


@pytest.mark.parametrize("said", ["sign={}", "{}=1", "{}", "expiries={}", "strikes={}", "rate={}", "rate=1; {}=2"])
def test_a_message_quotes_sixty_characters_of_a_setting(said: str) -> None:
    from gex_xl.errors import BadInput

    with pytest.raises(BadInput) as error:
        Settings().with_changes(parse_settings(said.format("q" * 5000)))
    assert "q" * 40 in str(error.value)
    assert "q" * 61 not in str(error.value)
    assert "…" in str(error.value)


def test_what_is_quoted_is_one_line() -> None:
    assert shown("a\n\tb\x00\u202ec") == "a b c"
    assert shown(5000.0) == "5000"
    assert shown("x" * 60) == "x" * 60
    assert shown("x" * 61) == "x" * 60 + "…"
    assert shown(10**5000) == "a number of 5001 digits"


def test_text_longer_than_a_cell_is_cut_with_a_mark() -> None:
    # Excel: "Total number of characters that a cell can contain: 32,767".
    whole, longer = "x" * 32_767, "x" * 32_768
    assert clean(whole) == whole
    assert clean([[whole]]) == [[whole]]
    assert clean([[longer]]) == [[clean(longer)]]
    assert len(clean(longer)) == 32_767
    assert clean(longer).endswith("x … (cut)")
