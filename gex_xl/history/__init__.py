"""A history of chain files: one row of headline figures per file, with z-scores that look only back.

files -> row_of (one file at a time, anywhere) -> store (kept as they come) -> completed (z-scores, regime) -> file
"""

from gex_xl.history.rows import COLUMNS, completed, row_of
from gex_xl.history.run import Outcome, update

__all__ = ["COLUMNS", "Outcome", "completed", "row_of", "update"]
