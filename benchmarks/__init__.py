"""How long gex_xl takes beside the methods that others use: `uv run python -m benchmarks`.

    measuring   several ways of doing one thing, timed in turns
    chains      made-up chains of any size, in the shape of the real exports
    peers       the other methods, written here from the published formulas
    figures     rows: exposure, flip, zero gamma, profile, implied volatility
    reading     rows: files and cells to a chain
    hosts       rows: fifty formulas (dashboard) on one chain, where they are calculated (calls, calc)
    history     rows: gex-xl history over many chains
    processes   rows: cold start, memory
    goals       what was aimed at
    page        docs/dev/benchmarks.md and its chart

Not part of the package; peers are development dependencies.
"""

import os

# One thread for everyone: numpy's matrix library would otherwise start as many as there are cores.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
