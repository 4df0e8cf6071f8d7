"""Every convention that a user can choose, in every form in which it can be given."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from gex_xl.errors import BadInput
from gex_xl.settings import (
    HELP,
    WORDS,
    Settings,
    Unit,
    choices,
    parse_band,
    parse_expiries,
    parse_settings,
    worded,
)
from gex_xl.settings.filters import Expiries

NAMES = [field.name for field in dataclasses.fields(Settings)]


def changed(given: object) -> Settings:
    return Settings().with_changes(parse_settings(given))


def test_every_setting_has_help_and_no_other_has() -> None:
    assert sorted(HELP) == sorted(NAMES)


@pytest.mark.parametrize("key", [name for name in NAMES if choices(name)])
def test_every_word_is_taken_in_every_form(key: str) -> None:
    for word in choices(key):
        for given in (
            f"{key}={word}",
            f" {key} = {word.upper()} ",
            [[key, word]],
            {key: word},
            [["setting", "value"], [key, word]],
        ):
            assert getattr(changed(given), key) == word
    with pytest.raises(BadInput, match=f'{key} is "sideways"; expected {choices(key)[0]} or'):
        parse_settings({key: "sideways"})


@pytest.mark.parametrize(
    ("given", "key", "value"),
    [
        ("flip_noise=2%", "flip_noise", 0.02),
        ([["flip_noise", 0.05]], "flip_noise", 0.05),
        ("rate=-0.5%", "rate", -0.005),
        ("expiries=<=30d", "expiries", "<=30d"),
        ("expiries=2024-01-19, 2024-02-16; unit=usd_bn", "expiries", "2024-01-19, 2024-02-16"),
        ([["expiries", dt.datetime(2024, 1, 19)]], "expiries", "2024-01-19"),
        ([["expiries", dt.date(2024, 1, 19)]], "expiries", "2024-01-19"),
        ([["expiries", 45310.0]], "expiries", "2024-01-19"),  # a date cell as its serial
        ("expiries=45310", "expiries", "2024-01-19"),
        ("strikes=80%:120%", "strikes", "80%:120%"),
        ("strikes=4500:", "strikes", "4500:"),
        ("min_oi=100\nmin_minutes=5", "min_minutes", 5.0),
        ("Min OI = 7", "min_oi", 7.0),
    ],
)
def test_values(given: object, key: str, value: object) -> None:
    assert getattr(changed(given), key) == value


#: Smallest and largest value of every number, and one beyond each where there is one.
BOUNDS = [
    ("min_minutes", (0, 1440), (-1, 1441)),
    ("quote_delay", (0, 1440), (-1, 1441)),
    ("rate", (-1, 1), (-1.01, 1.01)),
    ("dividend_yield", (-1, 1), (-1.01, 1.01)),
    ("multiplier", (0.001, 1e6), (0, -100)),
    ("strike_scale", (0.001, 1e6), (0, -100)),
    ("min_oi", (0, 1e12), (-1, float("inf"))),
    ("daily_volume", (0, 1e12), (-1, float("inf"))),
    ("flip_noise", (0, 1), (-0.01, 1.01)),
    ("profile_levels", (3, 2001), (2, 2002)),
    ("vol_inverted", (0, 100), (-0.01, float("nan"))),
    ("flip_band", (0, 1), (-0.01, 1.01)),
    ("skew_z", (-100, 100), (-101, 101)),
]


@pytest.mark.parametrize(("key", "inside", "outside"), BOUNDS)
def test_bounds_of_numbers(key: str, inside: tuple[float, float], outside: tuple[float, float]) -> None:
    for value in inside:
        for given in (f"{key}={value!r}", [[key, value]], [[key, str(value)]], {key: value}):
            assert getattr(changed(given), key) == value
    for value in outside:
        for given in (f"{key}={value!r}", [[key, value]]):
            with pytest.raises(BadInput, match=rf'^settings: {key} is "{value!r}"; expected a number, '):
                changed(given)


def test_every_key_stands_in_one_of_the_tables() -> None:
    text = {"expiries", "strikes", "profile_range", "currency"}
    assert {key for key, _, _ in BOUNDS} | {key for key in NAMES if choices(key)} | text == set(NAMES)


@pytest.mark.parametrize("given", [None, "", 0, [], [[None, None]], [["sign", ""], [None, "x"]], [[0, 0], [0.0, 5]],
                                   "; ;", {}])  # fmt: skip
def test_blank_means_defaults(given: object) -> None:
    assert changed(given) == Settings()


def test_settings_go_round() -> None:
    other = Settings().with_changes({"sign": "short_all", "rate": 0.05, "strikes": "90%:110%"})
    assert changed(other) == other
    assert changed(other.as_dict()) == other


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("unti=usd", '"unti" is not a setting; did you mean unit?'),
        ("zzz=1", '"zzz" is not a setting; expected one of sign, '),
        ("usd_bn", '"usd_bn" is not key=value'),
        ("flip_noise=2", 'flip_noise is "2"; expected a number, 0 to 1'),
        ("flip_noise=much", 'flip_noise is "much"; expected a number'),
        ("multiplier=0", 'multiplier is "0"; expected a number'),
        ("min_oi=-1", 'min_oi is "-1"; expected a number, 0 or more'),
        ("rate=nan", 'rate is "nan"'),
        ("currency=euros", 'currency is "euros"; expected a code such as USD, or auto'),
        ([["rate", True]], 'rate is "True"'),
        ("expiries=soon", 'expiries is "soon"; expected all, 0dte, 1dte'),
        ("expiries=2024-13-01", 'expiries is "2024-13-01"'),
        ("strikes=wide", 'strikes is "wide"; expected a band'),
        ("strikes=1.2.3:5", 'strikes is "1.2.3:5"; expected a band'),
        ("strikes=:", 'strikes is ":"; expected a band'),
        ("expiries=99999", 'expiries is "99999"; expected all'),
        ("strikes=120%:80%", 'strikes is "120%:80%"'),
        ("profile_range=0%:120%", 'profile_range is "0%:120%"'),
        ("profile_levels=80.5", 'profile_levels is "80.5"; expected a whole number'),
        ("profile_range=80%:", 'profile_range is "80%:"'),
        ([["sign"]], "row 1 has one column"),
        (3.5, "expected a two-column range or text"),
    ],
)
def test_bad_settings_are_named(given: object, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_settings(given)
    assert said in str(caught.value)
    assert str(caught.value).startswith("settings: ")


def test_bands_and_expiries() -> None:
    assert parse_band("strikes", "80%:120%", 5000.0) == (4000.0, 6000.0)
    assert parse_band("strikes", ":100", 5000.0) == (0.0, 100.0)
    assert parse_band("strikes", "all") == (0.0, float("inf"))
    assert parse_expiries("<= 7.5 d") == Expiries("days", most=7.5)
    assert parse_expiries("2024-01-19 2024-02-16").dates == (dt.date(2024, 1, 19), dt.date(2024, 2, 16))
    assert parse_expiries("2d:7d") == Expiries("days", 2, 7)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [(">0d", (1, 400), (0, -1)), (">=2d", (2,), (1,)), ("<2d", (1,), (2,)), ("0.5d:1d", (1,), (0, 2))],
)
def test_days_are_compared_as_written(text: str, inside: tuple[int, ...], outside: tuple[int, ...]) -> None:
    found = parse_expiries(text)
    assert all(found.least <= days <= found.most for days in inside)
    assert not any(found.least <= days <= found.most for days in outside)


@pytest.mark.parametrize(
    "text",
    ["2024-01-19", "2024/1/19", "20240119", "19 jan 2024", "19-jan-24", "jan 19, 2024", "january 19 2024", "1/19/2024",
     "19/01/2024", "19.01.2024"],
)  # fmt: skip
def test_dates_of_expiries_in_any_usual_form(text: str) -> None:
    assert parse_expiries(text).dates == (dt.date(2024, 1, 19),)
    both = parse_expiries(f"{text}, 2024-02-16")
    assert both.dates == (dt.date(2024, 1, 19), dt.date(2024, 2, 16))


@pytest.mark.parametrize("text", ["03/04/2025", "2024-02-30", "7d:2d", "2024-01-19 soon", ">d", "2024-01-199"])
def test_what_names_no_expiry_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="settings: expiries"):
        parse_expiries(text)


def test_a_setting_takes_the_words_of_its_drop_down_and_shows_them() -> None:
    for key, words in WORDS.items():
        for value, shown in words.items():
            assert parse_settings([[key, shown.upper()]]) == parse_settings([[key, value]])
            assert worded(key, value) == shown
    assert worded("expiries", "2024-01-19") == "2024-01-19"


@pytest.mark.parametrize(("gross", "unit"), [(1e9, "usd_bn"), (999_999_999, "usd_mn"), (1e6, "usd_mn"), (10, "usd")])
def test_the_automatic_unit_is_the_largest_that_gross_fills(gross: float, unit: str) -> None:
    assert Unit.for_gross(gross) == unit
