"""Mistakes that a person makes while copying: the figure is right, something is said, or the paste is refused."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gex_xl.analytics.check import check
from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import contributions, total
from gex_xl.chain import Chain
from gex_xl.errors import BadInput, NoValue
from gex_xl.settings import Settings
from tests.reading.priced import World, world

Cells = list[list[object]]
PLAIN = Settings().with_changes({"iv_source": "quoted", "carry": "none"})
TOLERANCE = 0.01


def one_per_row(w: World) -> Cells:
    names: list[object] = ["Expiry", "Type", "Strike", "Bid", "Ask", "IV", "Delta", "Gamma", "Open Interest", "Volume"]
    return [
        names,
        *([q.expiry.isoformat(), q.word, q.strike, q.bid, q.ask, q.iv, q.delta, q.gamma, q.open_interest, q.volume]
          for q in w.quotes),
    ]  # fmt: skip


def two_sided(w: World) -> Cells:
    own: list[object] = ["Bid", "Ask", "IV", "Delta", "Gamma", "Open Interest"]
    return [
        ["Expiry", *own, "Strike", *own],
        *([c.expiry.isoformat(), c.bid, c.ask, c.iv, c.delta, c.gamma, c.open_interest, c.strike,
           p.bid, p.ask, p.iv, p.delta, p.gamma, p.open_interest] for c, p in w.pairs()),
    ]  # fmt: skip


def column_shifted(cells: Cells, rng: random.Random) -> None:
    """A cell was put above one column: its first is blank, and its last stands below the table."""
    j = rng.randrange(len(cells[0]))
    column = [row[j] for row in cells[1:]]
    cells.append([None] * len(cells[0]))
    for row, cell in zip(cells[1:], [None, *column], strict=True):
        row[j] = cell


def row_shifted(cells: Cells, rng: random.Random) -> None:
    """In some rows a cell was deleted, and what follows moved to the left."""
    start, j = rng.randrange(1, len(cells)), rng.randrange(len(cells[0]) - 1)
    for row in cells[start : start + rng.randint(1, 4)]:
        del row[j]
        row.append(None)


def blocks_swapped(cells: Cells, rng: random.Random) -> None:
    """In one column two blocks of rows changed places; nothing else in a chain tells whose open interest is whose."""
    j = rng.choice([j for j, name in enumerate(cells[0]) if name not in ("Open Interest", "Volume")])
    size = rng.randint(2, 5)
    first, second = rng.sample(range(1, len(cells) - size), 2)
    if abs(first - second) < size:
        second = first
    for k in range(size):
        a, b = cells[first + k], cells[second + k]
        a[j], b[j] = b[j], a[j]


def rows_swapped(cells: Cells, rng: random.Random) -> None:
    """Two blocks of whole rows changed places."""
    first, second, third = sorted(rng.sample(range(1, len(cells)), 3))
    cells[first:third] = [*cells[second:third], *cells[first:second]]


def halves_swapped(cells: Cells, rng: random.Random) -> None:
    """Two neighbouring blocks of columns changed places, names and all."""
    first, second, third = sorted(rng.sample(range(len(cells[0]) + 1), 3))
    for row in cells:
        row[first:third] = [*row[second:third], *row[first:second]]


def columns_swapped(cells: Cells, rng: random.Random) -> None:
    """Two columns changed places, and their names did not."""
    i, j = rng.sample(range(len(cells[0])), 2)
    for row in cells[1:]:
        row[i], row[j] = row[j], row[i]


def header_cell_missing(cells: Cells, rng: random.Random) -> None:
    cells[0][rng.randrange(len(cells[0]))] = None


def header_cell_unknown(cells: Cells, rng: random.Random) -> None:
    cells[0][rng.randrange(len(cells[0]))] = "Notiz 3"


def decimal_commas(cells: Cells, rng: random.Random) -> None:
    """One column of figures is written with decimal commas."""
    figures = [j for j, cell in enumerate(cells[1]) if isinstance(cell, (int, float))]
    j = rng.choice(figures)
    for row in cells[1:]:
        row[j] = f"{row[j]:.4f}".rstrip("0").rstrip(".").replace(".", ",")


def percent_in_a_block(cells: Cells, rng: random.Random) -> None:
    """iv of some rows is in percent, of the others in decimals."""
    at = [j for j, name in enumerate(cells[0]) if name == "IV"]
    start = rng.randrange(1, len(cells) - 2)
    for row in cells[start : start + rng.randint(2, len(cells) // 2)]:
        for j in at:
            row[j] = round(float(str(row[j])) * 100, 4)


def rows_twice(cells: Cells, rng: random.Random) -> None:
    start = rng.randrange(1, len(cells) - 1)
    cells += [list(row) for row in cells[start : start + rng.randint(1, 5)]]


def cells_blank(cells: Cells, rng: random.Random) -> None:
    """A block of one column was cleared."""
    j, start = rng.randrange(len(cells[0])), rng.randrange(1, len(cells) - 1)
    for row in cells[start : start + rng.randint(1, 6)]:
        row[j] = None


MISTAKES: tuple[Callable[[Cells, random.Random], None], ...] = (
    column_shifted, row_shifted, blocks_swapped, rows_swapped, halves_swapped, columns_swapped, header_cell_missing,
    header_cell_unknown, decimal_commas, percent_in_a_block, rows_twice, cells_blank,
)  # fmt: skip


def outcome(cells: Cells, w: World) -> tuple[float | None, float, set[str], int]:
    """Total (None where refused), gross, what was said, and contracts left out."""
    try:
        contracts = prepare(Chain.from_cells(cells, PLAIN), w.spot, w.quoted, PLAIN)
        found = check(contracts)
        return (
            total(contracts).net,
            float(abs(contributions(contracts)).sum()),
            set(found.warnings),
            sum(count for count, _ in found.excluded.values()),
        )
    except (BadInput, NoValue):
        return None, 0.0, set(), 0


@pytest.mark.parametrize("made", [one_per_row, two_sided])
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda f: f.__name__)
def test_a_mistake_of_copying_is_never_wrong_in_silence(
    mistake: Callable[[Cells, random.Random], None], made: Callable[[World], Cells]
) -> None:
    silent = []
    for seed in range(15):
        rng = random.Random(f"{mistake.__name__} {made.__name__} {seed}")  # noqa: S311
        w = world("us", seed)
        right, gross, before, left_before = outcome(made(w), w)
        assert right is not None
        cells = made(w)
        mistake(cells, rng)
        found, _, said, left = outcome(cells, w)
        if found is not None and abs(found - right) > TOLERANCE * gross and not said - before and left <= left_before:
            silent.append((seed, found / right))
    assert not silent


def test_rows_that_end_a_cell_early_are_said_where_the_table_is_full() -> None:
    w = world("us", 3)
    cells = one_per_row(w)
    cells[4] = [*cells[4][:-1], None]
    assert any(
        "1 rows, the first row 5, end one cell before the others" in note for note in Chain.from_cells(cells).notes
    )
    cells[7][3] = None  # a feed that leaves cells blank
    assert not any("end one cell before" in note for note in Chain.from_cells(cells).notes)


def test_gamma_larger_than_at_the_money_is_said() -> None:
    w = world("us", 3)
    cells = one_per_row(w)
    at = [str(name) for name in cells[0]].index("Gamma")
    cells[1][at] = 33.0
    said = outcome(cells, w)[2]
    assert any("gamma of 1 contracts, such as 33 in row 2, is larger than at any strike" in text for text in said)


def test_iv_of_calls_and_puts_that_cannot_be_one_is_said() -> None:
    w = world("us", 3)
    cells = one_per_row(w)
    assert not any("they should be one" in note for note in Chain.from_cells(cells).notes)
    calls = [row for row in cells[1:] if row[1] == "call"]
    assert not any("they should be one" in note for note in Chain.from_cells([cells[0], *calls]).notes)
    for row in calls:
        row[5] = float(str(row[5])) / 50
    assert any("they should be one" in note for note in Chain.from_cells(cells).notes)


def test_two_columns_of_one_needed_field_are_refused_where_they_differ() -> None:
    w = world("us", 3)
    cells = [[*row, 7] for row in one_per_row(w)]
    cells[0][-1] = "OI"
    with pytest.raises(BadInput, match="the columns Open Interest and OI both name open interest, and their figures"):
        Chain.from_cells(cells)
    for row in cells[1:]:
        row[-1] = row[8]
    assert len(Chain.from_cells(cells)) == len(w.quotes)


def test_titles_over_the_names_of_columns_are_no_header() -> None:
    w = world("us", 3)
    cells = two_sided(w)
    above: list[object] = [None, "Calls", *[None] * 5, "Strike", "Puts", *[None] * 5]
    assert outcome([above, *cells], w)[0] == outcome(cells, w)[0]


def test_iv_of_no_market_is_said() -> None:
    w = world("us", 3)
    cells = [[q.expiry.isoformat(), q.word, q.strike, round(q.iv * 1e4), q.open_interest] for q in w.quotes]
    notes = Chain.from_cells([["Expiry", "Type", "Strike", "IV", "OI"], *cells]).notes
    assert any("in the middle, more than any market's: is it in another unit?" in note for note in notes)


def test_gamma_without_iv_is_used_as_it_is_with_a_note() -> None:
    w = world("us", 3)
    cells: Cells = [["Expiry", "Type", "Strike", "Gamma", "OI"]]
    cells += [[q.expiry.isoformat(), q.word, q.strike, q.gamma, q.open_interest] for q in w.quotes]
    right, gross, _, _ = outcome(one_per_row(w), w)
    found, _, said, left = outcome(cells, w)
    assert found is not None
    assert right is not None
    assert (abs(found - right) < 1e-6 * gross, left) == (True, 0)
    assert "the paste has neither iv nor quotes: the gamma of the feed is used as it is" in said
