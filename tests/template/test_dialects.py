"""Formula text as each host has it in its file."""

from __future__ import annotations

import pytest

from gex_xl.engines.sheet_xml import with_formulas
from gex_xl.template import dialects


@pytest.mark.parametrize(
    ("plain", "file"),
    [
        ("TOTAL_GEX(Chain)", "_xldudf_TOTAL_GEX(Chain)"),
        ("IF(ISERROR(Chain),CHAIN_STATUS(Paste),1)", "IF(ISERROR(Chain),_xldudf_CHAIN_STATUS(Paste),1)"),
        ("TOTAL_GEX(LOAD_CHAIN(A1:B9))/2", "_xldudf_TOTAL_GEX(_xldudf_LOAD_CHAIN(A1:B9))/2"),
        ('"TOTAL_GEX(Chain)"&A1', '"TOTAL_GEX(Chain)"&A1'),  # text
        ("Total_GEX+Regime&Spot", "Headline_Total_GEX+Headline_Regime&Spot"),  # names of cells
        ("_xlfn.SINGLE(REGIME(Chain))", "_xlfn.SINGLE(_xldudf_REGIME(Chain))"),
        ("MY_TOTAL_GEX(Chain)", "MY_TOTAL_GEX(Chain)"),
        ("SUM('TOTAL_GEX('!A1:A9)", "SUM('TOTAL_GEX('!A1:A9)"),  # a sheet's name
    ],
)
def test_only_calls_of_our_functions_are_spelled_for_the_host(plain: str, file: str) -> None:
    assert dialects.translated(plain, dialects.LITE) == file
    assert dialects.translated(file, dialects.LITE, of=dialects.LITE) == file
    assert dialects.translated(file, dialects.PLAIN, of=dialects.LITE) == plain


def test_an_add_in_with_a_namespace_spells_it() -> None:
    file = dialects.translated("ABS(TOTAL_GEX(Chain))", dialects.server("gex"))
    assert file == "ABS(_xldudf_GEX_TOTAL_GEX(Chain))"
    assert dialects.translated(file, dialects.PLAIN, of=dialects.server("gex")) == "ABS(TOTAL_GEX(Chain))"
    assert dialects.server() == dialects.LITE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<c><f>TOTAL_GEX(Chain)&lt;0</f><v>1</v></c>", "<c><f>_xldudf_TOTAL_GEX(Chain)&lt;0</f><v>1</v></c>"),
        ('<f t="array" ref="A1">FLIP_STRIKES(Chain)</f>', '<f t="array" ref="A1">_xldudf_FLIP_STRIKES(Chain)</f>'),
        ('<f t="shared" si="0"/><v>TOTAL_GEX(1)</v>', '<f t="shared" si="0"/><v>TOTAL_GEX(1)</v>'),
        ("<formula>REGIME(Chain)=\"x\"</formula>", "<formula>_xldudf_REGIME(Chain)=\"x\"</formula>"),
        ("<formula1>SPOT</formula1><formula2>CALL_WALL(Chain)</formula2>",
         "<formula1>SPOT</formula1><formula2>_xldudf_CALL_WALL(Chain)</formula2>"),
        ('<definedName name="Total_GEX">TOTAL_GEX(Chain)</definedName>',
         '<definedName name="Total_GEX">_xldudf_TOTAL_GEX(Chain)</definedName>'),
        ("<calculatedColumnFormula>PUT_WALL(Chain)</calculatedColumnFormula>",
         "<calculatedColumnFormula>_xldudf_PUT_WALL(Chain)</calculatedColumnFormula>"),
        ("<xm:f>PUT_WALL(Chain)</xm:f>", "<xm:f>_xldudf_PUT_WALL(Chain)</xm:f>"),
        ("<t>TOTAL_GEX(Chain)</t>", "<t>TOTAL_GEX(Chain)</t>"),  # a text in a cell
        ("<f>A1&amp;\"&quot;\"</f>", "<f>A1&amp;\"&quot;\"</f>"),  # no call of ours: every byte stays
    ],
)  # fmt: skip
def test_formulas_are_found_wherever_a_part_holds_them(before: str, after: str) -> None:
    assert with_formulas(before, lambda text: dialects.translated(text, dialects.LITE)) == after
