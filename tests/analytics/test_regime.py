"""Every rule of the regime at, just above and just below its threshold."""

import csv
import math
from pathlib import Path

import pytest

from gex_xl.analytics.contracts import prepare
from gex_xl.analytics.flip import LongSide
from gex_xl.analytics.regime import Regime, Trigger, regime, triggers
from gex_xl.analytics.summary import summarise, triggers_of
from gex_xl.chain import Chain
from gex_xl.functions import EXAMPLE_CHAIN
from gex_xl.settings import Settings

TABLE = Path(__file__).parents[1] / "reference" / "regime.csv"
NAMES = ["short_slope", "med_slope", "total_gex", "spot_vs_flip", "skew_25d_z"]


def rows() -> list[dict[str, str]]:
    contracts = TABLE.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in contracts if not line.startswith("#")))


def optional(cell: str) -> float | None:
    return float(cell) if cell else None


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["case"])
def test_table_of_rules(row: dict[str, str]) -> None:
    side = {"long_side": LongSide(row["long_side"])} if row["long_side"] else {}
    found = triggers(
        float(row["total"]),
        float(row["spot"]),
        optional(row["flip"]),
        skew_25d_z=optional(row["skew_25d_z"]),
        short_slope=optional(row["short_slope"]),
        med_slope=optional(row["med_slope"]),
        **side,
    )
    assert str(regime(found)) == row["regime"]
    assert [t.name for t in found] == NAMES
    assert [t.name for t in found if t.fired] == row["fired"].split()


def named(found: list[Trigger]) -> dict[str, Trigger]:
    return {t.name: t for t in found}


@pytest.mark.parametrize("flip", [1.0, 3.7, 4697.2402, 5312.5, 60_000.0])
def test_the_edges_are_exact(flip: float) -> None:
    """spot < 0.995 flip and spot > 1.005 flip, to the last bit of the product."""
    low, high = flip * 0.995, flip * 1.005
    up, down = math.inf, -math.inf

    def fires(spot: float, side: LongSide) -> bool:
        return named(triggers(1.0, spot, flip, long_side=side))["spot_vs_flip"].fired

    assert fires(math.nextafter(low, down), LongSide.ABOVE)
    assert not fires(low, LongSide.ABOVE)
    # The edge above is the larger of the product and the sum, which differ by a rounding.
    assert fires(high * (1 + 1e-15), LongSide.BELOW)
    assert not fires(high, LongSide.BELOW)
    assert not fires(flip + flip * 0.005, LongSide.BELOW)
    assert math.nextafter(1.02, up) > 1.02
    assert named(triggers(1.0, 1.0, short_slope=math.nextafter(1.02, up)))["short_slope"].fired
    assert named(triggers(1.0, 1.0, skew_25d_z=-2.0))["skew_25d_z"].fired
    assert not named(triggers(1.0, 1.0, skew_25d_z=math.nextafter(-2.0, up)))["skew_25d_z"].fired


def test_distances_are_positive_while_silent() -> None:
    found = named(
        triggers(7.0, 5010.0, 5000.0, long_side=LongSide.ABOVE, skew_25d_z=-0.5, short_slope=0.9, med_slope=1.0)
    )
    assert not any(t.fired for t in found.values())
    expected = {
        "short_slope": (0.9, 1.02, 0.12),
        "med_slope": (1.0, 1.02, 0.02),
        "total_gex": (7.0, 0.0, 7.0),
        "spot_vs_flip": (5010.0, 4975.0, 35.0),
        "skew_25d_z": (-0.5, -2.0, 1.5),
    }
    for name, figures in expected.items():
        t = found[name]
        assert (t.value, t.threshold, t.distance) == pytest.approx(figures, abs=1e-9), name


def test_distances_are_negative_once_fired() -> None:
    found = named(
        triggers(-7.0, 5100.0, 5000.0, long_side=LongSide.BELOW, skew_25d_z=-2.5, short_slope=1.1, med_slope=1.05)
    )
    assert all(t.fired for t in found.values())
    expected = {
        "short_slope": -0.08,
        "med_slope": -0.03,
        "total_gex": -7.0,
        "spot_vs_flip": -75.0,
        "skew_25d_z": -0.5,
    }
    assert {name: t.distance for name, t in found.items()} == pytest.approx(expected, abs=1e-9)


def test_what_is_not_given_is_silent_and_says_so() -> None:
    found = named(triggers(1.0, 100.0))
    for name in ("short_slope", "med_slope", "spot_vs_flip", "skew_25d_z"):
        t = found[name]
        assert (t.value, t.fired, t.distance) == (None, False, None), name
    assert found["total_gex"].value == 1.0


def test_each_trigger_leads_to_its_regime() -> None:
    leads = {t.name: t.regime for t in triggers(1.0, 100.0)}
    inverted, short = Regime.VOL_INVERTED, Regime.SHORT_GAMMA
    assert leads == dict(zip(NAMES, (inverted, inverted, short, short, short), strict=True))


def test_thresholds_are_settings() -> None:
    looser = Settings().with_changes({"vol_inverted": 1.1, "flip_band": 0.02, "skew_z": -3})
    given = {"long_side": LongSide.ABOVE, "skew_25d_z": -2.5, "short_slope": 1.05, "med_slope": 1.05}
    assert [t.fired for t in triggers(1.0, 98.5, 100.0, **given)] == [True, True, False, True, True]
    assert not any(t.fired for t in triggers(1.0, 98.5, 100.0, settings=looser, **given))
    assert named(triggers(1.0, 97.9, 100.0, settings=looser, **given))["spot_vs_flip"].fired


def test_from_a_chain_the_vix_family_makes_the_slopes() -> None:
    contracts = prepare(Chain.from_cells(EXAMPLE_CHAIN))
    found = named(triggers_of(contracts, 15.1, 16.2, 17.9, -0.4))
    assert found["short_slope"].value == pytest.approx(15.1 / 16.2)
    assert found["med_slope"].value == pytest.approx(16.2 / 17.9)
    assert found["skew_25d_z"].value == -0.4
    assert found["total_gex"].value == summarise(contracts).total.net
    alone = named(triggers_of(contracts, None, 16.2, None))
    assert (alone["short_slope"].value, alone["med_slope"].value) == (None, None)
    assert named(triggers_of(contracts, 15.1, None, 17.9))["short_slope"].value is None


def test_a_one_sided_chain_leans_on_its_total() -> None:
    puts = [row for row in EXAMPLE_CHAIN if len(row) < 6 or row[2] != "C"]
    long = prepare(Chain.from_cells(puts))
    short = prepare(Chain.from_cells(puts), None, None, Settings().with_changes({"sign": "long_calls"}))
    for contracts, word in ((long, "long_gamma"), (short, "short_gamma")):
        assert summarise(contracts).flip is None
        assert named(triggers_of(contracts))["spot_vs_flip"].value is None
        assert str(regime(triggers_of(contracts))) == word
