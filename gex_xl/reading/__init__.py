"""What people paste or export, turned into columns: files -> cells -> layout -> Columns."""

from gex_xl.reading.columns import Columns
from gex_xl.reading.files import read_cells
from gex_xl.reading.layouts import read_columns

__all__ = ["Columns", "read_cells", "read_columns"]
