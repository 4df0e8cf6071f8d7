"""Leveraged funds against a fund that is simulated: what it must trade is what its promise needs less what it holds."""

import doctest
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gex_xl.analytics import letf
from gex_xl.analytics.letf import Fund, letf_flow
from gex_xl.errors import BadInput

FUNDS = st.builds(Fund, st.just("F"), st.floats(0, 1e11), st.floats(-5, 5))


@given(FUNDS, st.floats(-0.9, 0.9))
def test_a_fund_trades_from_what_it_holds_to_what_it_promises(fund: Fund, move: float) -> None:
    """Exposure L A grows with the index; assets gain L A x; tomorrow's promise is L times them."""
    held = fund.leverage * fund.assets * (1 + move)
    promised = fund.leverage * (fund.assets + fund.leverage * fund.assets * move)
    assert fund.rebalancing(move) == pytest.approx(
        promised - held, rel=1e-9, abs=1e-9 * (1 + abs(held) + abs(promised))
    )


@pytest.mark.parametrize(
    ("leverage", "share"), [(2, 0.02), (3, 0.06), (-1, 0.02), (-2, 0.06), (-3, 0.12), (1, 0.0), (0, 0.0)]
)
def test_factors_of_cheng_and_madhavan(leverage: float, share: float) -> None:
    """L (L - 1) is 2, 6, 2, 6, 12 for 2x, 3x, -1x, -2x, -3x: a 1 % move needs that share (2009, section 3)."""
    assert Fund("F", 100.0, leverage).rebalancing(0.01) == pytest.approx(share * 100)


@given(st.lists(FUNDS, min_size=1, max_size=5), st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=4))
def test_the_total_is_that_of_all_funds(funds: list[Fund], moves: list[float]) -> None:
    for move, total, each in letf_flow(funds, moves):
        assert total == math.fsum(fund.rebalancing(move) for fund in funds)
        assert len(each) == len(funds)


def test_a_move_of_everything_is_refused() -> None:
    with pytest.raises(BadInput, match="moves holds -1, which is -100%"):
        letf_flow([Fund("F", 1.0, 2.0)], [0.1, -1.0])


def test_the_example_in_the_docstring_holds() -> None:
    assert doctest.testmod(letf).failed == 0
