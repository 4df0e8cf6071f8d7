"""What the functions on a dealer's book share: example ranges, all of them made up."""

from __future__ import annotations

from gex_xl.functions.arguments import Table

AS_OF = "2025-03-03 11:30"

#: A made-up book: short calls and puts on an index, a covered and a bare line on a fund, shares and a future.
EXAMPLE_POSITIONS: Table = [
    ["Underlying", "Class", "Type", "Strike", "Expiry", "Contracts", "IV", "Price", "Multiplier", "Spot"],
    ["SPX", "SPXW", "C", 5050, "2025-03-14", -60, 0.152, None, 100, 5000],
    ["SPX", "SPXW", "P", 4900, "2025-03-14", -40, 0.176, None, 100, 5000],
    ["SPX", "SPX", "C", 5100, "2025-04-17", 25, 0.149, None, 100, 5000],
    ["SPX", "SPX", "P", 4800, "2025-04-17", -30, 0.188, None, 100, 5000],
    ["SPY", "SPY", "C", 505, "2025-03-21", -350, 0.15, None, 100, 500],
    ["SPY", "SPY", "P", 490, "2025-03-21", 150, 0.17, None, 100, 500],
    ["SPY", "", "shares", None, None, 9000, None, 500, 1, 500],
    ["SPX", "ES", "future", None, "2025-03-21", 3, None, 5008, 50, 5000],
]

EXAMPLE_CANDIDATES: Table = [
    ["Underlying", "Class", "Type", "Strike", "Expiry", "Bid", "Ask", "Size"],
    ["SPX", "SPXW", "C", 5000, "2025-03-14", 54.0, 54.6, 80],
    ["SPX", "SPXW", "P", 5000, "2025-03-14", 54.2, 54.8, 80],
    ["SPX", "SPX", "C", 5050, "2025-04-17", 82.0, 83.2, 60],
    ["SPX", "SPX", "P", 4900, "2025-04-17", 68.0, 69.2, 60],
    ["SPY", "SPY", "C", 505, "2025-03-21", 4.40, 4.44, 500],
]

EXAMPLE_BOUNDS: Table = [["Greek", "Low", "High"], ["gamma", -1_500_000, 1_500_000], ["vega", -15_000, 15_000]]

EXAMPLE_PRODUCTS: Table = [
    ["Product", "Underlying", "Price", "Multiplier", "Beta", "Correlation", "Volatility", "Half spread"],
    ["Index future", "SPX", 5008, 50, 1.0, 0.998, 0.16, 0.125],
    ["Micro future", "SPX", 5008, 5, 1.0, 0.998, 0.16, 0.125],
    ["Index fund", "SPX", 500, 1, 1.0, 0.995, 0.16, 0.005],
    ["Small-company fund", "SPX", 210, 1, 0.62, 0.83, 0.16, 0.01],
]

EXAMPLE_LIMITS: Table = [
    ["Limit", "Scope", "Value"],
    ["class inventory", None, 800],
    ["series inventory", None, 400],
    ["delta", None, 1_000_000],
    ["gamma", None, 8_000_000],
    ["vega", None, 60_000],
    ["gamma concentration", None, 0.5],
    ["vega concentration", None, 0.5],
    ["capital", None, 10_000_000],
    ["reg t margin", None, 20_000_000],
    ["scenario margin", None, 5_000_000],
]

EXAMPLE_QUOTES: Table = [
    ["Name", "Mid", "Volatility", "Inventory", "Limit", "Band", "Half spread", "Size", "Tick"],
    ["SPXW 5050 C", 31.2, 12.5, -60, 100, 1.5, 0.3, 20, 0.1],
    ["SPXW 4900 P", 22.4, 10.8, -95, 100, 1.5, 0.3, 20, 0.1],
    ["SPY 505 C", 4.42, 1.9, -350, 300, 0.12, 0.02, 50, 0.01],
    ["SPY 490 P", 3.1, 1.4, 150, 300, 0.12, 0.02, 50, 0.01],
]

EXAMPLE_CORRELATIONS: Table = [
    ["", "SPX", "SPY", "Index future", "Micro future", "Index fund", "Small-company fund"],
    ["SPX", 1],
    ["SPY", 0.998, 1],
    ["Index future", None, 0.997, 1],
    ["Micro future", None, 0.997, 0.9999, 1],
    ["Index fund", None, 0.999, 0.995, 0.995, 1],
    ["Small-company fund", None, 0.83, 0.829, 0.829, 0.828, 1],
]
