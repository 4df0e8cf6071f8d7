"""The command `gex-xl`: its parser, and how its errors are said."""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from gex_xl import __version__
from gex_xl.commands import COMMANDS
from gex_xl.commands.terminal import one_line
from gex_xl.errors import GexError

_EXAMPLES = """examples:
  gex-xl demo
  gex-xl report quotedata.csv
  gex-xl report quotedata.csv --set sign=long_calls unit=usd_bn
  gex-xl report quotedata.csv --since yesterday.csv
  gex-xl report SPX.csv NDX.csv QQQ.csv
  gex-xl levels quotedata.csv --format pine --target 6012.50
  gex-xl fetch SPX
  gex-xl history FOLDER --out history.csv
  gex-xl watch FOLDER --out gamma.xlsx --every 60
  gex-xl new gamma.xlsx --chain quotedata.csv
  gex-xl new gamma.xlsx --chain quotedata.csv --host lite
  gex-xl recalc gamma.xlsx --chain tomorrow.csv --out tomorrow.xlsx
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line, as for all bad input."""
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit code 0, or 2 with one line on stderr for bad input; 1 with one line for a fault of ours."""
    _speak_plainly()
    parser = _parser()
    given = parser.parse_args(_settings_alone(sys.argv[1:] if argv is None else argv))
    if given.command is None:
        parser.print_help()
        return 0
    try:
        code: int = given.run(given)
        sys.stdout.flush()
    except GexError as error:
        print(f"gex-xl: {one_line(error)}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        sys.stdout = None  # nothing is left to flush at exit
        return 0
    except OSError as error:
        print(one_line(f"gex-xl: {error.filename or 'a file'}: {error.strerror or error}"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("gex-xl: interrupted; what was there before is unchanged", file=sys.stderr)
        return 130
    except Exception as error:  # a fault of ours is one line too
        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} in {Path(where.filename).name}, line {where.lineno}"
        print(one_line(f"gex-xl: this is a fault in gex_xl ({place}): {error}"), file=sys.stderr)
        return 1
    return code


def _settings_alone(argv: Sequence[str]) -> list[str]:
    """`--set a=1 b=2 FILE` as `--set=a=1 --set=b=2 FILE`, so that settings may stand before a file."""
    found: list[str] = []
    taking = False
    for word in argv:
        if word == "--set":
            taking = True
            found.append(word)
        elif taking and (found[-1] == "--set" or ("=" in word and not word.startswith("-"))):
            if found[-1] == "--set":
                found.pop()
            found.append(f"--set={word}")
        else:
            taking = False
            found.append(word)
    return found


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

    for command in COMMANDS:
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
