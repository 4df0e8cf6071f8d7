"""Sums of bells against a plain double loop."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gex_xl.analytics.gaussian_sums import Bells


def twin(x: Any, centre: Any, width: Any, weight: Any) -> list[float]:
    """The definition, every bell at every point, summed without rounding."""
    bells = list(zip(centre.tolist(), width.tolist(), weight.tolist(), strict=True))
    return [math.fsum(w * math.exp(-0.5 * ((p - c) / s) ** 2) for c, s, w in bells) for p in x.tolist()]


def drawn(seed: int, count: int, widths: tuple[float, float]) -> tuple[Any, Any, Any]:
    """Centres, widths spread evenly in their logarithm, weights of both signs over six orders of magnitude."""
    random = np.random.default_rng(seed)
    width = np.exp(random.uniform(math.log(widths[0]), math.log(widths[1]), count))
    return random.normal(0, 0.3, count), width, random.choice([-1, 1], count) * 10 ** random.uniform(-3, 3, count)


@pytest.mark.parametrize("points", [3, 33, 200])
@pytest.mark.parametrize("widths", [(1e-4, 1e-3), (0.004, 0.02), (0.02, 0.05), (0.05, 0.2), (0.2, 3.0), (1e-4, 3.0)])
def test_the_sum_agrees_with_the_twin(widths: tuple[float, float], points: int) -> None:
    x = np.log(np.linspace(0.8, 1.2, points))
    given_bells = drawn(7, 1500, widths)
    bells, expected = Bells.of(*given_bells), np.array(twin(x, *given_bells))
    # x has no more digits than a double: a bell of width s turns its rounding into 1e-17 / s of itself.
    near = 1e-14 * np.abs(given_bells[2]).sum()
    np.testing.assert_allclose(bells.plain(x), expected, rtol=1e-9, atol=near)
    np.testing.assert_allclose(bells.sum(x), expected, rtol=0, atol=near)
    assert np.abs(bells.sum(x) - expected).max() <= 1e-11 * np.abs(expected).max()


def test_interpolation_is_what_these_sums_use() -> None:
    """Wide bells at many points: as many exponentials as nodes are enough, so the sum differs in its last digits."""
    x = np.linspace(-0.5, 0.4, 1000)
    bells = Bells.of(*drawn(3, 3000, (0.1, 0.3)))
    assert (bells.sum(x) != bells.plain(x)).any()
    assert np.abs(bells.sum(x) - bells.plain(x)).max() <= 1e-13 * np.abs(bells.plain(x)).max()


def test_equal_bells_are_put_together() -> None:
    centre, width, weight = drawn(1, 400, (0.01, 0.2))
    twice = Bells.of(np.tile(centre, 2), np.tile(width, 2), np.concatenate([weight, -0.5 * weight]))
    assert sum(rows.shape[1] for _, _, rows in twice.groups) == 400
    x = np.linspace(-0.2, 0.2, 50)
    np.testing.assert_allclose(twice.plain(x), 0.5 * Bells.of(centre, width, weight).plain(x), rtol=1e-9, atol=1e-9)


def test_no_bells() -> None:
    none = np.zeros(0)
    assert Bells.of(none, none, none).sum(np.linspace(0, 1, 5)).tolist() == [0.0] * 5


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(1e-3, 2), st.floats(-1e9, 1e9)), min_size=1, max_size=20),
    st.floats(0.01, 1),
    st.integers(2, 60),
)
@examples(max_examples=80, deadline=None)
def test_any_bells(given_bells: list[tuple[float, float, float]], span: float, points: int) -> None:
    """Repeated until there are enough of them for interpolation to pay."""
    centre, width, weight = (np.tile(np.array(column), 100) for column in zip(*given_bells, strict=True))
    centre = centre + np.repeat(np.linspace(0, 0.1, 100), len(given_bells))
    x = np.linspace(-span, span, points)
    bells = Bells.of(centre, width, weight)
    near = 1e-12 * (np.abs(weight).sum() + 1e-300)
    np.testing.assert_allclose(bells.sum(x), bells.plain(x), rtol=0, atol=near)
