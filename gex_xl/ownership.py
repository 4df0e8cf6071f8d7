"""Whether a path is only ours: what another user of the machine could replace is not run, served or trusted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path


def writable_by_others(path: Path) -> Path | None:
    """The first of a path, its targets and its folders that another user may replace; None where there is none.

    Root and this user count as ours. In a folder with the sticky bit, such as /tmp, others cannot replace our files.
    Windows keeps a user's folders to the user, and its rights are not asked here: None.
    """
    if not hasattr(os, "geteuid"):
        return None
    ours = (0, os.geteuid())
    for each in _chain(path):
        try:
            found = each.lstat()
        except OSError:
            continue
        # Many systems give each user a group of the same number, in which nobody else is.
        others = stat.S_IWOTH if found.st_gid == found.st_uid else stat.S_IWGRP | stat.S_IWOTH
        loose = not stat.S_ISLNK(found.st_mode) and found.st_mode & others
        sticky = stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX and each != path
        if found.st_uid not in ours or (loose and not sticky):
            return each
    return None


def readable_by_others(path: Path) -> bool:
    """Whether another user may read a file; False where it is not there, and on Windows."""
    return hasattr(os, "geteuid") and path.exists() and bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))


def _chain(path: Path) -> Iterator[Path]:
    """A path, where its links lead, and every folder above either."""
    above = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow the links that are looked at
    real = above.resolve()
    yield from dict.fromkeys((above, real, *above.parents, *real.parents))
