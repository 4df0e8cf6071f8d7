"""The words of the first screen: for each state of the regime, and how sure it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from gex_xl.analytics.contracts import Contracts, prepare
from gex_xl.analytics.first_screen import ROWS, Line, first_screen, without_figures
from gex_xl.analytics.summary import triggers_of
from gex_xl.analytics.verdict import next_close, verdict
from gex_xl.chain import Chain
from gex_xl.settings import Settings

from .synthetic import NEW_YORK, chain_of

AUTO = Settings().with_changes({"unit": "auto"})
_ENUMS = ("long_gamma", "short_gamma", "vol_inverted", "customer_flow", "usd_bn", "short_slope", "#N/A")


def shown(contracts: Contracts, **more: object) -> dict[str, Line]:
    return {line.key: line for line in first_screen(contracts, **more)}  # type: ignore[arg-type]


def of_sample(sample: list[list[object]], **changes: object) -> Contracts:
    return prepare(Chain.from_cells(sample), settings=AUTO.with_changes(changes))


def test_short_gamma_and_its_opposite_under_the_other_convention(sample: list[list[object]]) -> None:
    rows = shown(of_sample(sample))
    assert (rows["verdict"].kind, rows["verdict"].words) == ("short", "Short gamma")
    assert rows["verdict"].label == "CUSTOMER FLOW (default): dealers short calls, long puts"
    assert (rows["other"].kind, rows["other"].words) == ("mixed", "Mixed")
    assert rows["other"].note == "Total says long gamma, but spot is 2.6 % below the flip strike 5,454."
    assert rows["other"].shown == -rows["verdict"].shown  # type: ignore[operator]


def test_the_other_panel_is_customer_flow_where_most_public_tools_were_chosen(sample: list[list[object]]) -> None:
    rows = shown(of_sample(sample, sign="long_calls"))
    assert rows["verdict"].words == "Mixed"
    assert rows["other"].label.startswith("AS CUSTOMER FLOW")


@pytest.mark.parametrize(
    ("name", "word", "kind", "sure"),
    [
        ("cboe_spx_2024-01-07.csv", "Long gamma", "long", "Thin"),
        ("cboe_nvda_2025-01-06.csv", "Short gamma", "short", "Far from the turn"),
        ("deribit_btc_2021-02-11.csv", "Stress, short gamma", "stress", "Poor quotes"),
    ],
)
def test_real_chains_have_a_word_and_say_how_sure_it_is(
    shared_chains: Path, name: str, word: str, kind: str, sure: str
) -> None:
    rows = shown(prepare(Chain.from_file(shared_chains / name), settings=AUTO))
    assert (rows["verdict"].words, rows["verdict"].kind) == (word, kind)
    assert rows["sure"].words == sure


def test_readers_see_words_and_never_a_key(shared_chains: Path, sample: list[list[object]]) -> None:
    chains = [
        Chain.from_file(shared_chains / name) for name in ("cboe_spx_2024-01-07.csv", "deribit_btc_2021-02-11.csv")
    ]
    for chain in (Chain.from_cells(sample), *chains):
        for line in first_screen(prepare(chain, settings=AUTO)):
            seen = f"{line.label} {line.words} {line.note} {line.shown}"
            assert not [word for word in _ENUMS if word in seen], seen


def test_one_side_alone_is_half_a_chain(sample: list[list[object]]) -> None:
    chain = chain_of(
        [
            {"root": "SPXW", "expiry": "2025-03-21", "right": "C", "strike": k, "iv": 0.2, "oi": 50}
            for k in (95, 100, 105)
        ],
        101.0,
    )
    rows = shown(prepare(chain, settings=AUTO))
    assert rows["sure"].words == "Half a chain"
    assert rows["put_wall"].note == "none in the paste"
    assert rows["zero_gamma"].shown == "none"


def test_a_filter_and_what_it_leaves_out_are_said(sample: list[list[object]]) -> None:
    rows = shown(of_sample(sample, expiries="monthly"))
    assert rows["filter"].kind == "stress"
    whole, part = of_sample(sample), of_sample(sample, expiries="monthly")
    left = 1 - abs(part.shares_gamma).sum() / abs(whole.shares_gamma).sum()
    assert rows["filter"].words == f"FILTER ON: monthly only. {100 * left:.0f} % of gross is left out."
    assert "FILTER ON" in rows["status"].words


def test_a_spot_that_overrides_the_paste_is_said(sample: list[list[object]]) -> None:
    rows = shown(prepare(Chain.from_cells(sample), 5400.0, None, AUTO))
    assert rows["filter"].words == "OVERRIDE: spot 5,400.00, the paste says 5,312.40."


def test_a_single_name_asks_for_a_sign_until_one_was_chosen(shared_chains: Path) -> None:
    contracts = prepare(Chain.from_file(shared_chains / "cboe_nvda_2025-01-06.csv"), settings=AUTO)
    rows = shown(contracts, chosen=False, settled=False)
    assert rows["filter"].words == "CHOOSE A SIGN: convention not settled for NVDA"
    assert "(not chosen yet)" in rows["verdict"].label
    assert shown(contracts, chosen=True, settled=False)["filter"].kind == "none"


def test_nothing_held_is_no_gamma() -> None:
    line = {"root": "SPXW", "expiry": "2025-03-21", "strike": 100, "iv": 0.2, "oi": 0}
    contracts = prepare(chain_of([{**line, "right": "C"}, {**line, "right": "P"}], 101.0))
    assert verdict(contracts, triggers_of(contracts)).word == "No gamma"


def test_without_figures_every_row_is_there_and_says_so() -> None:
    rows = without_figures(
        "THE PASTE CANNOT BE READ", "No figures", "no header", ("Paste with the header", "Clear first")
    )
    assert [line.key for line in rows] == list(ROWS)
    by_key = {line.key: line for line in rows}
    assert by_key["zero_gamma"].shown == "none"
    assert by_key["other"].words == "Paste with the header"


@pytest.mark.parametrize(
    ("as_of", "close"),
    [("2025-03-03 11:30", "2025-03-04 16:00"), ("2025-03-07 17:00", "2025-03-10 16:00"),
     ("2025-03-08 10:00", "2025-03-10 16:00")],
)  # fmt: skip
def test_the_next_close_is_that_of_the_session_that_opens_next(as_of: str, close: str) -> None:
    when, wanted = (dt.datetime.fromisoformat(text).replace(tzinfo=NEW_YORK) for text in (as_of, close))
    line = {"root": "SPXW", "expiry": "2025-03-21", "strike": 100, "iv": 0.2, "oi": 1, "right": "C"}
    assert next_close(prepare(chain_of([line], 101.0, when))) == wanted
