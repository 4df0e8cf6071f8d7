"""The array types of the package, named once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]  # positions in another array
Mask = npt.NDArray[np.bool_]
Instants = npt.NDArray[np.datetime64]  # seconds, UTC
