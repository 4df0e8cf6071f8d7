"""A short run of the fuzzer with a fixed seed; its findings of long runs are the cases below it."""

from __future__ import annotations

import random

import pytest

from tests.reading.fuzzing import mutated, read_anything, seeds


@pytest.mark.parametrize("number", range(len(seeds())))
def test_every_seed_is_a_chain(number: int) -> None:
    assert read_anything(seeds()[number])


@pytest.mark.parametrize("seed", range(8))
def test_mutations_are_read_or_refused_in_one_sentence(seed: int) -> None:
    source, texts = random.Random(seed), seeds()  # noqa: S311  nothing is secret here
    outcomes = [read_anything(mutated(source, texts)) for _ in range(150)]
    assert 0 < sum(outcomes) < len(outcomes)
