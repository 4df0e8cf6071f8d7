"""The names in a table's brackets, and how many computed arguments the spare sheet takes."""

from __future__ import annotations

import pytest
import xlsxwriter

from gex_xl.engines.formulas import tokens
from gex_xl.engines.scratch import PENDING, Scratch
from gex_xl.errors import BadInput


@pytest.mark.parametrize(
    "brackets", ["[a]", "[a']b]", "[[#This Row],[a'[b]]", "['']", "[it''s]", "[[x]:[y']]]", "['#a]", "[a'']"]
)
def test_an_apostrophe_takes_the_next_character_as_it_is_inside_a_tables_brackets(brackets: str) -> None:
    """Excel: in a column's name, [ ] # and ' are written behind an apostrophe."""
    found = tokens(f"SUM(Rows{brackets},1)")
    assert [token.text for token in found if token.kind == "bracket"] == [brackets]
    assert [token.text for token in found[-3:]] == [",", "1", ")"]


def test_brackets_that_never_close_end_with_the_formula() -> None:
    assert [token.text for token in tokens("Rows[a']")] == ["Rows", "[a']"]


def test_two_hundred_and_forty_computed_arguments_fit_the_spare_sheet_and_one_more_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Blocks of 65,536 rows and 512 columns: 16 fit 1,048,576 rows, and 15 the columns from 8,193 to 15,872."""
    import ironcalc

    path = tmp_path_factory.mktemp("scratch") / "book.xlsx"
    xlsxwriter.Workbook(path).close()
    scratch = Scratch(ironcalc.load_from_xlsx(str(path), "en", "UTC", "en"))
    for number in range(240):
        assert scratch.evaluated(f"{number}+1") == PENDING
    with pytest.raises(BadInput, match="too many computed arguments"):
        scratch.evaluated("240+1")
    scratch.next_round()
    assert [scratch.evaluated(f"{number}+1") for number in range(240)] == [number + 1.0 for number in range(240)]
    # What a round does not use makes room for others.
    scratch.next_round()
    scratch.evaluated("5+1")
    scratch.next_round()
    assert scratch.evaluated("240+1") == PENDING
    scratch.next_round()
    assert scratch.evaluated("240+1") == 241.0
