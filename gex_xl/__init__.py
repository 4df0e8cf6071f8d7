"""Dealer gamma exposure from an option chain."""

__version__ = "0.1.0"
