"""A made-up book for the sheets of a dealer's own book: no market data, nobody's positions."""

from __future__ import annotations

import datetime as dt

AS_OF = dt.datetime(2025, 10, 8, 11, 30)  # of the sample chain
POSITIONS: list[list[object]] = [
    ["Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price", "Multiplier", "Spot"],
    ["SPX", "SPXW", "C", 5350, dt.date(2025, 10, 17), -60, 0.131, None, 100, 5312.4],
    ["SPX", "SPXW", "P", 5200, dt.date(2025, 10, 17), -40, 0.158, None, 100, 5312.4],
    ["SPX", "SPX", "C", 5400, dt.date(2025, 11, 21), 25, 0.138, None, 100, 5312.4],
    ["SPX", "SPX", "P", 5100, dt.date(2025, 11, 21), -30, 0.176, None, 100, 5312.4],
    ["XYZ", "XYZ", "C", 210, dt.date(2025, 10, 17), -350, 0.31, None, 100, 205],
    ["XYZ", "XYZ", "P", 200, dt.date(2025, 11, 21), 150, 0.33, None, 100, 205],
    ["XYZ", "XYZ", "shares", None, None, 9000, None, 205, 1, 205],
    ["SPX", "ES", "future", None, dt.date(2025, 12, 19), -12, None, 5345, 50, 5312.4],
]
CANDIDATES: list[list[object]] = [
    ["Underlying", "Class", "Type", "Strike", "Expiry", "Bid", "Ask", "Size"],
    ["SPX", "SPXW", "C", 5325, dt.date(2025, 10, 17), 43.1, 43.7, 80],
    ["SPX", "SPXW", "P", 5300, dt.date(2025, 10, 17), 44.6, 45.2, 80],
    ["SPX", "SPX", "C", 5350, dt.date(2025, 11, 21), 97.0, 98.2, 60],
    ["SPX", "SPX", "P", 5250, dt.date(2025, 11, 21), 94.0, 95.2, 60],
    ["XYZ", "XYZ", "C", 205, dt.date(2025, 10, 17), 3.9, 4.0, 500],
    ["XYZ", "XYZ", "P", 205, dt.date(2025, 11, 21), 9.2, 9.4, 300],
]
BOUNDS: list[list[object]] = [["Greek", "Low", "High"], ["gamma", -1_500_000, 1_500_000], ["vega", -15_000, 15_000]]
PRODUCTS: list[list[object]] = [
    ["Product", "Underlying", "Price", "Multiplier", "Beta", "Correlation", "Volatility", "Half spread"],
    ["Index future", "SPX", 5345, 50, 1.0, 0.998, 0.15, 0.125],
    ["Index fund", "SPX", 531.2, 1, 1.0, 0.995, 0.15, 0.005],
    ["Sector fund", "XYZ", 98.4, 1, 1.15, 0.78, 0.31, 0.01],
]
LIMITS: list[list[object]] = [
    ["Limit", "Scope", "Value"],
    ["class inventory", None, 800],
    ["class inventory", "SPXW", 125],
    ["series inventory", None, 400],
    ["delta", None, 1_500_000],
    ["gamma", None, 9_000_000],
    ["vega", None, 80_000],
    ["gamma concentration", None, 0.5],
    ["vega concentration", None, 0.5],
    ["capital", None, 10_000_000],
    ["reg t margin", None, 20_000_000],
    ["scenario margin", None, 5_000_000],
]
QUOTES: list[list[object]] = [
    ["Name", "Mid", "Volatility", "Inventory", "Limit", "Band", "Half spread", "Size", "Tick"],
    ["SPXW 5350 C", 32.4, 18.0, -60, 100, 1.5, 0.3, 20, 0.1],
    ["SPXW 5200 P", 17.2, 13.0, -95, 100, 1.5, 0.3, 20, 0.1],
    ["SPX 5400 C", 66.0, 19.0, 25, 100, 2.0, 0.6, 10, 0.1],
    ["XYZ 210 C", 2.1, 1.6, -350, 300, 0.12, 0.02, 50, 0.01],
    ["XYZ 200 P", 6.8, 1.7, 150, 300, 0.2, 0.05, 50, 0.01],
]
NAME = "SYNTHETIC book, nobody's positions"
RANGES = {"positions": POSITIONS, "candidates": CANDIDATES, "bounds": BOUNDS, "products": PRODUCTS, "limits": LIMITS,
          "quotes": QUOTES}  # fmt: skip
