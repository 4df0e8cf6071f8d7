"""A market maker's own book: measure it, hedge it, keep it inside limits, quote around it.

Positions are signed contracts, long positive. Everything takes the `Book` that `read_positions` returns.
"""
