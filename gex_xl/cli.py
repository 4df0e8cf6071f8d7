"""The command `gex-xl`: demo, report, new, recalc."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from gex_xl import __version__
from gex_xl.analytics.lines import prepare
from gex_xl.analytics.summary import summarise
from gex_xl.arguments import amount, moment
from gex_xl.chain import Chain
from gex_xl.errors import BadInput, GexError
from gex_xl.report import as_json, headline, picture
from gex_xl.settings import HELP, Settings, parse_settings

_EXAMPLES = """examples:
  gex-xl demo
  gex-xl report quotedata.csv
  gex-xl report quotedata.csv --set sign=long_calls unit=usd_bn
  gex-xl new gamma.xlsx --chain quotedata.csv
  gex-xl recalc gamma.xlsx --chain tomorrow.csv --out tomorrow.xlsx
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as for all bad input."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit code 0, or 2 with one line on stderr for bad input."""
    _speak_plainly()
    parser = _parser()
    given = parser.parse_args(argv)
    if given.command is None:
        parser.print_help()
        return 0
    try:
        code: int = given.run(given)
        sys.stdout.flush()
    except GexError as error:
        print(f"gex-xl: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        sys.stdout = None  # nothing is left to flush at exit
        return 0
    except OSError as error:
        print(f"gex-xl: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 2
    return code


def _speak_plainly() -> None:
    # A terminal that cannot show a character shows another one instead of stopping.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="gex-xl",
        description="Dealer gamma exposure from an option chain, in a terminal and in a workbook.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"gex-xl {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    demo = commands.add_parser("demo", help="the whole story on a synthetic sample chain")
    demo.add_argument("--folder", type=Path, default=Path("gex_xl_demo"), help="where the files go (gex_xl_demo)")
    demo.set_defaults(run=_demo)

    report = commands.add_parser(
        "report",
        help="headline figures of a chain file",
        epilog="settings:\n" + "\n".join(f"  {key}: {text}" for key, text in HELP.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    report.add_argument("file", type=Path, metavar="FILE", help="csv, dat, json or xlsx")
    report.add_argument("--json", action="store_true", help="one JSON object on stdout")
    report.add_argument("--spot", help="price of the underlying, where the file does not say or is wrong")
    report.add_argument("--as-of", help="quote time, such as 2024-01-05T16:00-05:00; New York without an offset")
    report.add_argument("--set", nargs="+", action="extend", default=[], metavar="key=value", help="settings")
    report.set_defaults(run=_report)

    new = commands.add_parser("new", help="build a workbook")
    new.add_argument("book", type=Path, metavar="BOOK.xlsx")
    new.add_argument("--chain", type=Path, metavar="FILE", help="the chain to put in; without it a synthetic sample")
    new.add_argument("--force", action="store_true", help="replace BOOK.xlsx if it exists")
    new.set_defaults(run=_new)

    recalc = commands.add_parser("recalc", help="put a chain into a workbook and recalculate it")
    recalc.add_argument("book", type=Path, metavar="BOOK.xlsx")
    recalc.add_argument("--chain", type=Path, metavar="FILE", help="the chain to paste over the old one")
    recalc.add_argument("--out", type=Path, metavar="OUT.xlsx", help="write here and leave BOOK.xlsx as it is")
    recalc.add_argument("--engine", choices=["embedded"], default="embedded", help="what recalculates (embedded)")
    recalc.set_defaults(run=_recalc)
    return parser


def _report(given: argparse.Namespace) -> int:
    lines = prepare(
        Chain.from_file(given.file),
        amount(given.spot, "spot"),
        moment(given.as_of),
        Settings().with_changes(parse_settings("\n".join(given.set))),
    )
    if given.json:
        json.dump(as_json(lines), sys.stdout, allow_nan=False)
        print()
        return 0
    for label, text in headline(lines):
        print(f"{label:<12} {text}")
    print(f"\nNet GEX per strike, {lines.settings.unit.label}; left of the line dealers are short gamma\n")
    print("\n".join(picture(summarise(lines).strikes, lines.spot, block=_block())))
    return 0


def _block() -> str:
    try:
        "█".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "#"
    return "█"


def _new(given: argparse.Namespace) -> int:
    from gex_xl.template import new_workbook

    _need_xlsx(given.book)
    if given.book.exists() and not given.force:
        raise BadInput(f"{given.book} exists; choose another name, or add --force to replace it")
    new_workbook(given.book, _cells(given.chain))
    print(f"{given.book}: built, with {given.chain or 'the synthetic sample chain'} in it")
    return 0


def _recalc(given: argparse.Namespace) -> int:
    from gex_xl.template import recalculate_workbook

    out = given.out or given.book
    _need_xlsx(out)
    done = recalculate_workbook(given.book, out, _cells(given.chain) if given.chain else None)
    for name in ("Total_GEX", "Flip_Strike", "Zero_Gamma", "Regime"):
        if name in done.names:
            value = done.names[name]
            print(f"{name:<12} {value:,.4f}" if isinstance(value, float) else f"{name:<12} {value}")
    print(f"{out}: recalculated")
    for cell, message in sorted(done.errors.items()):
        print(f"{cell}: {message}", file=sys.stderr)
    return 2 if done.errors else 0


def _cells(chain: Path | None) -> list[list[object]]:
    """The cells to paste; a chain that cannot be read is refused before any workbook is touched."""
    from gex_xl.reading import read_cells
    from gex_xl.reading.files import as_typed, cells_of_csv
    from gex_xl.sample import sample_csv

    cells = as_typed(read_cells(chain) if chain else cells_of_csv(sample_csv()))
    Chain.from_cells(cells)
    return cells


def _need_xlsx(book: Path) -> None:
    if book.suffix.lower() != ".xlsx":
        raise BadInput(f'"{book}" does not end in .xlsx; give the workbook a name such as gamma.xlsx')


def _demo(given: argparse.Namespace) -> int:
    from gex_xl.sample import write_sample
    from gex_xl.template import new_workbook

    folder: Path = given.folder
    folder.mkdir(parents=True, exist_ok=True)
    csv, book = folder / "sample_chain.csv", folder / "gex_demo.xlsx"
    started = time.perf_counter()

    def step(number: int, text: str) -> None:
        print(f"[{number}/3] {text} ...", file=sys.stderr, flush=True)

    step(1, "writing and reading the synthetic sample chain")
    write_sample(csv)
    lines = prepare(Chain.from_file(csv))
    step(2, "building the workbook")
    cells = _cells(csv)
    step(3, "evaluating its formulas and drawing its charts")
    new_workbook(book, cells)
    print(f"\nSYNTHETIC sample chain, not market data ({time.perf_counter() - started:.1f} s)\n")
    for label, text in headline(lines):
        print(f"{label:<12} {text}")
    print("\n".join(["", *picture(summarise(lines).strikes, lines.spot, block=_block()), ""]))
    print(f"Chain      {csv}\nWorkbook   {book}\n")
    print("Next: open the workbook in Excel. Its figures and charts are there even without an add-in.")
    print("To see your own chain in it: gex-xl recalc " + str(book) + " --chain YOUR_FILE.csv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
