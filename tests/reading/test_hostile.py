"""Nothing in a file or a paste can hurt: sizes, bombs, absurd figures, what is not text."""

from __future__ import annotations

import ast
import io
import json
import math
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from gex_xl.chain import Chain
from gex_xl.errors import BadInput
from gex_xl.reading import files, layouts, workbooks
from tests.reading.layouts_made_up import tidy
from tests.reading.made_up import Contract

HEADER = ["Strike", "Type", "Expiry", "IV", "OI"]
LINE = [100, "call", "2024-01-19", 0.25, 10]
PACKAGE = Path(layouts.__file__).parents[1]


def sentence(read: Callable[[], Any]) -> str:
    with pytest.raises(BadInput) as error:
        read()
    said = str(error.value)
    assert "\n" not in said
    assert len(said) < 1000
    said.encode()
    return said


# --- sizes


def test_the_limits_are_documented() -> None:
    page = (PACKAGE.parent / "docs" / "layouts.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"At most {layouts.MAX_ROWS:,} rows and {layouts.MAX_COLUMNS:,} columns, {layouts.MAX_CELLS:,} cells" in page
    assert f"no sheet longer than {layouts.MAX_ROWS:,} rows" in page
    assert f"files of at most {files.MAX_BYTES // 10**6} MB" in page
    assert f"unpack to at most {workbooks.MAX_UNPACKED // 10**6} MB" in page


def test_one_row_and_the_largest_paste() -> None:
    assert len(Chain.from_cells([HEADER, LINE])) == 1
    rows = [[100 + i / 1000, "call", "2024-01-19", 0.25, 10] for i in range(layouts.MAX_ROWS - 1)]
    assert len(Chain.from_cells([HEADER, *rows])) == layouts.MAX_ROWS - 1


def test_a_million_rows_are_refused_before_they_are_read() -> None:
    wanted = "the paste has 1,000,001 rows; expected at most 200,000 rows, 16,384 columns and 4,000,000 cells, for "
    rows: list[Any] = [HEADER, *[LINE] * 1_000_000]
    frame = pd.DataFrame({"Strike": np.zeros(1_000_001)})
    tracemalloc.start()
    assert sentence(lambda: Chain.from_cells(rows)).startswith(wanted)
    assert sentence(lambda: Chain.from_cells(frame)).startswith(wanted)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_of_a_million_lines(end: str, tmp_path: Path) -> None:
    file = tmp_path / "chain.csv"
    file.write_text(f"Strike,OI{end}" + f"100,5{end}" * 1_000_000, newline="")
    tracemalloc.start()
    assert sentence(lambda: Chain.from_file(file)).startswith("the paste has 1,000,001 rows; expected at most 200,000")
    # The file and its text, and no cells.
    assert tracemalloc.get_traced_memory()[1] < 3 * file.stat().st_size + 1e6
    tracemalloc.stop()


def test_json_of_a_million_contracts(tmp_path: Path) -> None:
    file = tmp_path / "chain.json"
    file.write_text("[" + ",".join(['{"strike":1}'] * 300_000) + "]")
    assert sentence(lambda: Chain.from_file(file)).startswith("the paste has 300,000 rows; expected at most 200,000")
    file.write_text(json.dumps({"data": {"options": [{"option": "x"}] * 300_000}}))
    assert sentence(lambda: Chain.from_file(file)).startswith("the paste has 300,000 rows; expected at most 200,000")


def test_every_column_of_a_worksheet() -> None:
    wide: list[Any] = [None] * (layouts.MAX_COLUMNS - 5)
    assert len(Chain.from_cells([[*HEADER, *wide], [*LINE, *wide]])) == 1
    one_more = [[*HEADER, *wide, "x"], [*LINE, *wide, 1]]
    assert sentence(lambda: Chain.from_cells(one_more)).startswith("the paste has 16,385 columns; expected at most")


def test_a_large_file_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "chain.csv"
    with file.open("wb") as made:
        made.truncate(files.MAX_BYTES + 1_000_000)  # sparse: it takes no room
    assert sentence(lambda: Chain.from_file(file)) == "chain.csv: 51 MB; expected at most 50 MB"


@pytest.mark.parametrize(
    "cell",
    [
        "x" * 32_767,
        "9" * 32_767,
        "," * 32_767,
        "1/2/2024 " * 3_640,
        "(" * 32_767,
        " " * 32_767,
        "may " * 8_000,
        "1 " * 16_000,
        "10:52 " * 5_400,
        "a: " * 10_000,
        "1," * 16_000,
        "1.1." * 8_000,
        "c_" * 16_000,
        "5 May 20" * 4_000,
        "\u0301" * 32_767,
        "=" * 32_767,
    ],
)
@pytest.mark.parametrize("place", range(5))
def test_cells_as_long_as_excel_allows(cell: str, place: int) -> None:
    line: list[object] = [*LINE]
    line[place] = cell
    for cells in (
        [[cell], HEADER, line],
        [[*HEADER[:place], cell, *HEADER[place + 1 :]], LINE],
        [[cell]],
        [[cell], [cell]],
    ):
        try:
            Chain.from_cells(cells)
        except BadInput as error:
            assert len(str(error)) < 1000


# --- workbooks


def zipped(parts: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return path


def parts(sheet: str, strings: str = "") -> dict[str, bytes]:
    """The smallest workbook around the XML of a sheet's rows and of its shared strings."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings"}
    types = "".join(f'<Override PartName="/xl/{n}.xml" ContentType="{kind}.{t}+xml"/>' for n, t in overrides.items())
    targets = {"worksheet": "worksheets/sheet1.xml", "sharedStrings": "sharedStrings.xml"}
    links = "".join(
        f'<Relationship Id="r{i}" Type="{office}/{t}" Target="{n}"/>' for i, (t, n) in enumerate(targets.items())
    )
    written = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    return {name: part.encode() for name, part in written.items()}


ROWS = "".join(
    f'<row r="{n}">'
    + "".join(f'<c r="{col}{n}" t="s"><v>{i}</v></c>' for col, i in zip("ABCDE", at, strict=True))
    + "</row>"
    for n, at in ((1, range(5)), (2, range(5, 10)))
)
STRINGS = "".join(f"<si><t>{word}</t></si>" for word in (*HEADER, *LINE))


def test_the_smallest_workbook_is_read(tmp_path: Path) -> None:
    chain = Chain.from_file(zipped(parts(ROWS, STRINGS), tmp_path / "chain.xlsx"))
    assert (chain.strike.tolist(), chain.open_interest.tolist()) == ([100], [10])


def test_a_zip_bomb(tmp_path: Path) -> None:
    made = zipped({**parts(ROWS, STRINGS), "xl/media/image.bin": b"\0" * 300_000_000}, tmp_path / "chain.xlsx")
    assert made.stat().st_size < 1_000_000
    assert sentence(lambda: Chain.from_file(made)) == "chain.xlsx: it unpacks to more than 250 MB; save the chain alone"


def test_a_zip_bomb_that_declares_a_small_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 20_000_000)
    made = zipped({**parts(ROWS, STRINGS), "xl/media/image.bin": b"\0" * 30_000_000}, tmp_path / "chain.xlsx")
    raw = made.read_bytes()
    made.write_bytes(raw.replace(struct.pack("<I", 30_000_000), struct.pack("<I", 100)))
    assert sentence(lambda: Chain.from_file(made)) == "chain.xlsx: it unpacks to more than 20 MB; save the chain alone"


def test_stored_parts_are_counted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 3_000)
    file = tmp_path / "chain.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as made:
        made.writestr("xl/workbook.xml", b" " * 4_000)
    assert "it unpacks to more than 0 MB" in sentence(lambda: Chain.from_file(file))


@pytest.mark.parametrize(
    "cell",
    ['<c r="XFD1048576"><v>1</v></c>', "<c r='XFD1048576'><v>1</v></c>", '<c s="0" r = "xfd1048576"><v>1</v></c>',
     '<x:c r="XFD1048576"><x:v>1</x:v></x:c>', '<c r="A3"r="XFD1048576"><v>1</v></c>'],
)  # fmt: skip
def test_a_cell_in_the_last_corner(cell: str, tmp_path: Path) -> None:
    made = zipped(parts(f'{ROWS}<row r="1048576">{cell}</row>', STRINGS), tmp_path / "chain.xlsx")
    assert sentence(lambda: Chain.from_file(made)) == (
        "chain.xlsx: a sheet is used as far as row 1,048,576 and column 16,384; delete what is far from the chain, or "
        "save the chain alone"
    )


def test_a_sheet_of_a_million_rows_is_refused_before_it_is_read(tmp_path: Path) -> None:
    rows = "<row><c><v>1</v></c><c><v>2</v></c></row>" * 1_000_000
    made = zipped(parts(rows), tmp_path / "chain.xlsx")
    tracemalloc.start()
    assert sentence(lambda: Chain.from_file(made)).startswith("chain.xlsx: a sheet is used as far as row 2")
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


@pytest.mark.parametrize(
    "cell", ['<c r="AAAAAAA1"><v>1</v></c>', '<c r="A4294967295"><v>1</v></c>', "<c/>" * 5_000_000]
)
def test_cells_beyond_the_last_corner_and_cells_without_a_place(cell: str, tmp_path: Path) -> None:
    made = zipped(parts(f"{ROWS}<row>{cell}</row>", STRINGS), tmp_path / "chain.xlsx")
    said = sentence(lambda: Chain.from_file(made))
    assert "a sheet is used as far as row " in said or "reference is beyond every sheet" in said


def test_one_long_text_in_many_cells(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 50_001))
    made = zipped(parts(rows, f"<si><t>{'x' * 32_767}</t></si>"), tmp_path / "chain.xlsx")
    assert (
        sentence(lambda: Chain.from_file(made))
        == "chain.xlsx: its cells hold more than 200 MB of text; save the chain alone"
    )


def test_entities_that_multiply(tmp_path: Path) -> None:
    """A billion laughs: ten entities of ten entities each, eight deep."""
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 9))
    sheet = parts('<row r="1"><c r="A1" t="inlineStr"><is><t>&l8;</t></is></c></row>')
    name = "xl/worksheets/sheet1.xml"
    sheet[name] = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{laughs}]>'.encode() + sheet[name]
    tracemalloc.start()
    assert "chain" in sentence(lambda: Chain.from_file(zipped(sheet, tmp_path / "chain.xlsx")))
    assert tracemalloc.get_traced_memory()[1] < 50e6
    tracemalloc.stop()


def test_entities_that_read_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret")
    sheet = parts('<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>')
    name = "xl/worksheets/sheet1.xml"
    sheet[name] = f'<!DOCTYPE x [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode() + sheet[name]
    assert "a secret" not in sentence(lambda: Chain.from_file(zipped(sheet, tmp_path / "chain.xlsx")))


@pytest.mark.parametrize("name", ["chain.xlsb", "chain.ods"])
def test_what_is_only_called_a_workbook_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"anything")
    assert sentence(lambda: Chain.from_file(tmp_path / name)).startswith(f"{name}: not a readable workbook (")


@pytest.mark.parametrize(
    ("head", "kind"), [(b"%PDF-1.7", "a PDF"), (b"\x89PNG\r\n", "a picture"), (b"a\0b\xff\xfe", "a binary file")]
)
def test_a_file_that_is_no_text_says_what_it_is(head: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / "chain.csv").write_bytes(head + b"anything")
    assert sentence(lambda: Chain.from_file(tmp_path / "chain.csv")) == (
        f"chain.csv: {kind}, not a text table; export the chain as csv, xlsx or json"
    )


def test_durations_beyond_all_calendars(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "chain.xlsx") as book:
        book.add_worksheet().write_number(0, 0, 1e300, book.add_format({"num_format": "[h]:mm:ss"}))
    said = sentence(lambda: Chain.from_file(tmp_path / "chain.xlsx"))
    assert said.startswith("chain.xlsx: not a readable workbook (days=")


@pytest.mark.parametrize("broken", ["crc", "method", "header", "deflate"])
def test_damaged_archives(broken: str, tmp_path: Path) -> None:
    made = zipped(parts(ROWS, STRINGS), tmp_path / "chain.xlsx")
    raw = bytearray(made.read_bytes())
    if broken == "crc":
        raw[14:18] = b"\1\2\3\4"
    elif broken == "method":
        raw[8:10] = b"\x63\0"
        at = raw.rindex(b"PK\1\2")
        raw[at + 10 : at + 12] = b"\x63\0"
    elif broken == "header":
        raw[:4] = b"XXXX"
    else:
        raw[60:90] = zlib.compress(b"other data")[:20].ljust(30, b"\xff")
    made.write_bytes(raw)
    try:
        assert len(Chain.from_file(made)) == 1
    except BadInput as error:
        assert str(error).startswith("chain.xlsx: not a readable workbook (")
        assert len(str(error)) < 250


# --- JSON and text


def test_cells_that_csv_cannot_split(tmp_path: Path) -> None:
    line = "a,b,c,d" + "x" * 200_000
    file = tmp_path / "chain.csv"
    file.write_text(f"{line}\n{line}\n")
    assert sentence(lambda: Chain.from_file(file)).startswith("the text cannot be split into cells at line 1 (field")
    assert sentence(lambda: Chain.from_cells([[line], [line]])).startswith("a line of the paste cannot be split into")


@pytest.mark.parametrize(
    "written",
    ["[" * 100_000, '{"a":' * 100_000, '[{"strike": ' + "[" * 500 + "]" * 500 + "}]",
     '{"data": {"options": [{"option": ' + '{"a":' * 400 + "1" + "}" * 400 + "}]}}", "9" * 100_000, '[{"oi": 1e400}]',
     '[{"strike": NaN, "type": "call", "expiry": "2024-01-19", "oi": Infinity}]', '{"callExpDateMap": {"x": [1]}}',
     '{"callExpDateMap": {"x": {"y": [1, {"strikePrice": []}]}}}', '{"options": {"option": null}}',
     '{"options": {"option": [1, {"greeks": 5, "strike": {}}]}}', '[{"contract": {"right": 5}, "modelGreeks": []}]'],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_strange_json(written: str, tmp_path: Path) -> None:
    file = tmp_path / "chain.json"
    file.write_text(written)
    assert sentence(lambda: Chain.from_file(file))


def test_names_that_no_file_can_have() -> None:
    assert sentence(lambda: Chain.from_file("a\0b.csv"))
    assert sentence(lambda: Chain.from_file("x" * 5_000 + ".csv"))


@pytest.mark.parametrize("value", [math.inf, -math.inf, 1e308, -1e308, 10**400, np.float64("inf")], ids=str)
@pytest.mark.parametrize("field", ["strike", "open_interest", "bid", "volume", "gamma", "multiplier", "delta"])
def test_absurd_figures_are_refused_and_named(field: str, value: Any) -> None:
    names = {"open_interest": "OI", "strike": "Strike"}
    cells = [[*HEADER, field], [*LINE, 1]] if field not in names else [HEADER, [*LINE]]
    cells[1][cells[0].index(names.get(field, field))] = value
    assert sentence(lambda: Chain.from_cells(cells)).startswith(f"{field.replace('_', ' ')} in row 2 is ")


@pytest.mark.parametrize("value", [math.inf, 1e308, -5.0, 101.0, 0.0])
def test_an_absurd_iv_is_none(value: float) -> None:
    chain = Chain.from_cells([HEADER, [100, "call", "2024-01-19", value, 10], [105, "call", "2024-01-19", 0.25, 10]])
    assert np.isnan(chain.iv[0])
    assert chain.iv[1] == 0.25


@pytest.mark.parametrize("spot", [1e308, 2e12])
def test_an_absurd_spot_is_refused(spot: float) -> None:
    assert sentence(lambda: Chain.from_cells([["Last", spot], HEADER, LINE])).startswith(f"spot is {spot:g} (row 1 of")
    twice = [[*HEADER, "Spot"], [*LINE, spot], [105, *LINE[1:], spot]]  # their mean is beyond all numbers
    assert sentence(lambda: Chain.from_cells(twice))
    cells = [[*HEADER, "Spot"], [*LINE, min(spot, 2e12)]]
    assert sentence(lambda: Chain.from_cells(cells)).startswith("spot is 2e+12 (column Spot)")


@pytest.mark.parametrize("odd", ["\ud800", "\udfff\ud800", "\x00\x01\x1b", "\u202e\u2066", "\u200b\ufeff", "\x7f\x85"])
def test_what_is_no_text_is_taken_out(odd: str) -> None:
    book = [Contract()]
    cells = [[f"{odd}{cell}{odd}" if isinstance(cell, str) else cell for cell in row] for row in tidy(book)]
    chain = Chain.from_cells(cells)
    assert (chain.symbol, chain.strike.tolist(), chain.as_of is not None) == ("ZZX", [100.0], True)
    said = sentence(lambda: Chain.from_cells([HEADER, [100, f"{odd}long", "2024-01-19", 0.25, 10]]))
    assert said == 'option type in row 2 is "long"; expected call or put'


def test_formulas_stay_text() -> None:
    cells = [["=HYPERLINK(1)", "+1", "-1", "@x"], HEADER, LINE, ["=Total", None, None, None, 10]]
    chain = Chain.from_cells(cells)
    assert len(chain) == 1
    assert chain.left_out == (("no strike or symbol", 10.0),)


#: What runs or rebuilds what it is given, by its own name or as a method: of a frame, of a module.
RUNS = {"eval", "exec", "compile", "__import__", "query", "read_pickle", "to_pickle", "read_hdf",
        "os.system", "os.popen",
        "check_output", "getoutput", "literal_eval", "import_module", "spec_from_file_location"}  # fmt: skip
MODULES = {"pickle", "_pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "subprocess",
           "code", "runpy", "xmlrpc"}  # fmt: skip
#: (module, what): why it is no way in for what a file says.
HARMLESS = {
    ("udfs.py", "exec"),  # defines the worksheet functions by their own names
    ("commands/books.py", "import_module"),  # of our own table of engines
    ("hosts/host.py", "import_module"),  # of our own table of hosts
    ("feeds/fetch.py", "import_module"),  # of our own table of feeds
    ("cache.py", "marshal"),  # written and hashed, never read
    ("hosts/classic/machine.py", "import_module"),  # winreg
    ("hosts/libreoffice/program.py", "subprocess"),  # starts LibreOffice, without a shell
}


def uses(file: Path) -> set[str]:
    """The names of RUNS and MODULES that a module of ours calls or imports; the `compile` of re is another one."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").partition(".")[0], *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            found |= {f"{of}.{node.func.attr}", node.func.attr} - ({"compile"} if of == "re" else set())
        if isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle"):
            found.add(node.arg)
    return found & (RUNS | MODULES | {"shell", "allow_pickle"})


def test_nothing_that_is_read_is_evaluated() -> None:
    found = {(file.relative_to(PACKAGE).as_posix(), name) for file in PACKAGE.rglob("*.py") for name in uses(file)}
    assert found == HARMLESS


def test_xml_is_parsed_where_entities_were_refused_before() -> None:
    """A DTD is refused before the one parser of ours; chains in workbooks are read by a library without entities."""
    parsers = {"ElementTree", "minidom", "expat", "sax", "lxml", "pulldom", "read_xml", "read_html"}
    found = {
        (file.relative_to(PACKAGE).as_posix(), alias.name.rpartition(".")[2])
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.name.rpartition(".")[2] in parsers
    }
    # expat only says whether a part is well-formed, behind the same refusal.
    assert found == {
        ("engines/package.py", "ElementTree"),
        ("engines/package.py", "expat"),
        ("engines/sheet_xml.py", "ElementTree"),
    }
    source = (PACKAGE / "engines" / "sheet_xml.py").read_text(encoding="utf-8")
    assert "fromstring" not in source
    assert "XMLParser" not in source


def test_pandas_frames_without_names_or_values() -> None:
    assert sentence(lambda: Chain.from_cells(pd.DataFrame())) == (
        "the chain is empty; paste an option chain with its header row"
    )
    frame = pd.read_csv(io.StringIO("Strike,Type,Expiry,IV,OI\n100,call,2024-01-19,,10\n"))
    assert np.isnan(Chain.from_cells(frame).iv).all()
