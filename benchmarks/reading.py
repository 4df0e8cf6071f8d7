"""Rows on reading: files and cells to a validated chain."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import python_calamine
import xlsxwriter

from benchmarks.chains import book
from benchmarks.measuring import Row, measure
from benchmarks.other_libraries import public_script
from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import per_strike, total
from gex_xl.cache import clear_caches, content_key
from gex_xl.chain import Chain

CSV, JSON = 21_000, 9_300  # contracts: files of 1.7 MB and 4.1 MB, as the real exports


def _total_of(file: Path) -> float:
    clear_caches()
    contracts = prepare(Chain.from_file(file))
    per_strike(contracts)
    return total(contracts).net


def rows(rounds: int, most: int) -> Iterator[Row]:
    """The peers only split text into cells or records; ours also tells dates, rights, forms and faults."""
    with tempfile.TemporaryDirectory() as folder:
        table, quotes = Path(folder) / "quotedata.csv", Path(folder) / "delayed_quotes.json"
        large, small = book(min(CSV, most)), book(min(JSON, most))
        table.write_text(large.csv(), encoding="ascii")
        quotes.write_text(small.json(), encoding="ascii")
        yield measure(
            f"read a CSV of {table.stat().st_size / 1e6:.1f} MB",
            len(large),
            {
                "gex_xl": lambda: Chain.from_file(table),
                "csv module, cells only": lambda: list(csv.reader(io.StringIO(table.read_text(encoding="ascii")))),
                "pandas read_csv, typed columns only": lambda: pd.read_csv(table, skiprows=3),
            },
            rounds=rounds,
        )
        when = pd.Timestamp(large.as_of)
        yield measure(
            "from a CSV to the total of all strikes",
            len(large),
            {
                "gex_xl": lambda: _total_of(table),
                "a public script, its chart left out": lambda: public_script(table, large.spot, when),
            },
            rounds=min(rounds, 3),
        )
        yield measure(
            f"read a JSON of {quotes.stat().st_size / 1e6:.1f} MB",
            len(small),
            {
                "gex_xl": lambda: Chain.from_file(quotes),
                "json module, records only": lambda: json.loads(quotes.read_text(encoding="ascii")),
                "pandas DataFrame of the records": lambda: pd.DataFrame(
                    json.loads(quotes.read_text(encoding="ascii"))["data"]["options"]
                ),
            },
            rounds=rounds,
        )
        cells = large.cells()
        sheet = Path(folder) / "chain.xlsx"
        with xlsxwriter.Workbook(sheet) as out:
            page = out.add_worksheet()
            for i, each in enumerate(cells):
                page.write_row(i, 0, each)
        yield measure(
            f"read an xlsx of {sheet.stat().st_size / 1e6:.1f} MB",
            len(large),
            {
                "gex_xl": lambda: Chain.from_file(sheet),
                "calamine, cells only": lambda: (
                    python_calamine.CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python()
                ),
            },
            rounds=rounds,
        )
        count = sum(map(len, cells))
        own = {"gex_xl": lambda: Chain.from_cells(cells)}
        yield measure("cells of a host to a chain", len(large), own, rounds=rounds, pieces=count)
        again = {"gex_xl": lambda: content_key(cells)}
        yield measure("the same cells once more, recognised", len(large), again, rounds=rounds, pieces=count)
