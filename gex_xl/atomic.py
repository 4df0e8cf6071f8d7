"""Write beside, then replace: a file is whole at every moment, whatever ends the program."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """The path of a new, empty file in the folder of `target`, whose place it takes when the block ends.

    The change is one step. Where the block raises, or the program is killed, `target` is as it was. Raises OSError,
    on Windows also where `target` is open in Excel.
    """
    target = Path(os.path.realpath(target))  # a link stays one
    handle, name = tempfile.mkstemp(target.suffix, f".{target.stem[:40]}-", target.parent)
    os.close(handle)
    new = Path(name)
    try:
        yield new
        with new.open("rb+") as stream:  # on the disk before the old one goes
            os.fsync(stream.fileno())
        new.chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else _usual_mode())
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def _usual_mode() -> int:
    """The permissions of a new file: mkstemp's would hide it from everyone else."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
