"""Write beside, then replace: a file is whole at every moment, whatever ends the program."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import platform
import stat
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

#: This machine, in the names of files that are being written: several may write into one folder.
_HERE = f"{zlib.crc32(platform.node().encode()):08x}"


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """The path of a new, empty file in the folder of `target`, whose place it takes when the block ends.

    The change is one step. Where the block raises, or the program is killed, `target` is as it was. Raises OSError,
    on Windows also where `target` is open in Excel.
    """
    target = Path(os.path.realpath(target))  # a link stays one
    if is_read_only(target):
        raise PermissionError(errno.EACCES, "it is read-only", str(target))
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is no file", str(target))
    begins = f".{target.stem[:40]}-"
    _remove_leftovers(target, begins)
    handle, name = tempfile.mkstemp(target.suffix, f"{begins}{_HERE}-{os.getpid()}-", target.parent)
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


def is_read_only(target: Path) -> bool:
    """Whether somebody took away the right to write a file; to replace it would pass over that, also for root."""
    return target.exists() and not target.stat().st_mode & 0o222


def _remove_leftovers(target: Path, begins: str) -> None:
    """What killed runs left beside `target`: new files of processes of this machine that are no more."""
    for left in target.parent.glob(f"{glob.escape(begins + _HERE)}-*{glob.escape(target.suffix)}"):
        process = left.name[len(begins) + len(_HERE) + 1 :].partition("-")[0]
        with contextlib.suppress(OSError, ValueError):
            if _has_ended(int(process), left):
                left.unlink()


def _has_ended(process: int, left: Path) -> bool:
    if sys.platform == "win32":  # there is no harmless signal; a file takes seconds to write
        return time.time() - left.stat().st_mtime > 3600
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


def _usual_mode() -> int:
    """The permissions of a new file: mkstemp's would hide it from everyone else."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
