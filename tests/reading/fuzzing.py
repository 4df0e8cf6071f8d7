"""Whatever is pasted or opened is read or refused in one sentence: one target, driven from two sides.

`test_fuzz.py` drives it with a fixed seed. For a long run with coverage as the guide:

    uv run --with atheris python -m tests.reading.fuzzing -max_total_time=600
"""

from __future__ import annotations

import datetime as dt
import io
import math
import random
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.exposure import total
from gex_xl.chain import Chain
from gex_xl.errors import GexError
from gex_xl.settings import Settings
from tests.reading.layouts_made_up import CELLS, FILES, QUOTED, SPOT, csv_text
from tests.reading.made_up import Contract

KINDS = ("csv", "json", "xlsx", "dat")
SETTINGS = ("date_order=dmy", "decimal=comma", "iv_unit=percent", "third_friday=open", "decimal=point; date_order=mdy")
WORDS = (
    "1e308", "-1e308", "nan", "inf", "-inf", "1,234", "1.234,5", "0,25", "25%", "９", "\u202e7", "\ud800", "\x00",
    "=1+1",
    "03/04/2024", "31/12/2024", "12/31/2024", "2024-01-19", "Strike", "Calls", "Puts", "Symbol", "OI", "s",
    "9" * 400, "ZZX240119C00100000", "BTC-19JAN24-100-C", "Expiry: 2024-02-16", "10:52 XYZT 1/2/2024", "#N/A", "*",
    "1_000", "{",
    "x" * 32_767, "Last: 105,25", "19 JAN 24  (11)  100", "99999999999999999999", "1/0/2024", "-1", '"',
)  # fmt: skip
BOOK = [
    Contract(expiry=day, right=right, strike=strike, iv=iv, bid=1.5, ask=2.25)
    for day, iv in ((dt.date(2024, 1, 19), 0.25), (dt.date(2024, 2, 16), 0.3125))
    for strike in (95.0, 100.0, 107.5)
    for right in "CP"
]
_FOLDER = tempfile.TemporaryDirectory()  # gone when the run ends


def seeds() -> list[bytes]:
    """A valid file of each layout and kind, behind a byte that names its kind."""
    texts = [b"\x00" + csv_text(make(BOOK)).encode() for make in CELLS.values()]
    texts += [b"\x00" + csv_text(make(BOOK), ";").encode() for make in CELLS.values()]
    texts += [b"\x01" + make(BOOK).encode() for make in FILES.values()]
    packed = io.BytesIO()
    import xlsxwriter

    with xlsxwriter.Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(CELLS["tidy"](BOOK)):
            sheet.write_row(i, 0, row)
    return [*texts, b"\x02" + packed.getvalue(), b"\x00\xff\xfe" + csv_text(CELLS["tidy"](BOOK)).encode("utf-16-le")]


def read_anything(given: bytes) -> bool:
    """Read bytes as a file; True where a chain came of it. Raises AssertionError for what no user should see."""
    if not given:
        return False
    kind = KINDS[given[0] % 4]
    chosen = SETTINGS[given[0] // 4] if given[0] // 4 < len(SETTINGS) else ""
    file = Path(_FOLDER.name) / f"chain.{kind}"
    file.write_bytes(given[1:])
    settings = Settings()
    if chosen:
        from gex_xl.settings import parse_settings

        settings = settings.with_changes(parse_settings(chosen))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            chain = Chain.from_file(file, settings)
            used = prepare(chain, chain.spot or SPOT, chain.as_of or QUOTED, settings)
            net = total(used).net
        except GexError as error:
            said = str(error)
            assert said, "an empty message"
            assert "\n" not in said, said
            assert len(said) < 1500, said
            said.encode()
            return False
    assert math.isfinite(net), net
    assert (chain.strike > 0).all(), chain.strike
    for note in chain.notes:
        note.encode()
    return True


def mutated(source: random.Random, texts: list[bytes]) -> bytes:
    """One of the seeds with some cells, lines or bytes changed."""
    found = source.choice(texts)
    if found[0] == 2:
        return found[:1] + repacked(source, found[1:])
    head, body = found[:1], found[1:].decode("utf-16-le" if found[1:3] == b"\xff\xfe" else "utf-8", "replace")
    contracts = body.split("\n")
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(contracts))
        action = source.randrange(6)
        if action == 0:
            contracts.insert(at, source.choice(contracts))
        elif action == 1 and len(contracts) > 1:
            del contracts[at]
        elif action == 2:
            contracts[at] = contracts[at][: source.randrange(len(contracts[at]) + 1)]
        else:
            for mark in (";", ",", ": "):
                if mark in contracts[at]:
                    cells = contracts[at].split(mark)
                    cells[source.randrange(len(cells))] = source.choice(WORDS)
                    contracts[at] = mark.join(cells)
                    break
    kind = bytes([(head[0] + 4 * source.choice((0, 1, 2, 3, 4, 9))) % 256])
    return kind + "\n".join(contracts).encode("utf-8", "surrogatepass")


def repacked(source: random.Random, packed: bytes) -> bytes:
    """A workbook with bytes changed in one of its parts, or in the archive itself."""
    if source.random() < 0.3:
        at = source.randrange(len(packed))
        return packed[:at] + bytes([source.randrange(256)]) + packed[at + 1 :]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        names = archive.namelist()
        hit = source.choice(names)
        for name in names:
            part = archive.read(name)
            if name == hit:
                at = source.randrange(len(part) + 1)
                word = source.choice((b"<", b'"', b"&x;", b"XFD1048576", b"", bytes([source.randrange(256)])))
                part = part[:at] + word + part[at + source.randrange(8) :]
            copy.writestr(name, part)
    return out.getvalue()


def main() -> None:  # pragma: no cover
    """Fuzz with atheris, from the seeds."""
    import atheris  # type: ignore[import-not-found]
    import pandas  # noqa: F401  else the first input would be charged with its import

    corpus = Path(tempfile.mkdtemp())
    for i, seed in enumerate(seeds()):
        (corpus / str(i)).write_bytes(seed)
    source = random.Random()  # noqa: S311

    def custom(given: bytes, largest: int, seed: int) -> bytes:
        source.seed(seed)
        if source.random() < 0.5:
            return bytes(atheris.Mutate(given, largest))
        return mutated(source, [given if len(given) > 1 and given[0] != 2 else source.choice(seeds())])[:largest]

    atheris.instrument_all()
    atheris.Setup([*sys.argv, str(corpus), "-max_len=100000", "-timeout=20"], read_anything, custom_mutator=custom)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
