"""Formula text: split it into tokens, and put something else in the place of chosen calls, names and tables.

Used for what IronCalc does not know: worksheet functions written in Python, ranges made by a function
(`A1:INDEX(...)`), whole tables, and NOW() and TODAY(), which must stand still meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from gex_xl.engines.addresses import LAST_ROW, REFERENCE, SHEET_PREFIX, Area, area_of, unquoted

_TOKEN = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*")
    |(?P<error>\#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|SPILL!|CALC!|N/IMPL!))
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\d:!]))
    |(?P<reference>{REFERENCE})
    |(?P<name>(?:{SHEET_PREFIX})?[^\W\d][\w.\\?]*)
    |(?P<space>\s+)
    |(?P<other>.)""",
    re.X | re.S,
)
_PREFIXES = re.compile(r"^(?:_xlfn\.|_xlws\.|_xldudf_|_xll\.)+", re.I)
_WHOLE_TABLE = {"": "data", "#DATA": "data", "#ALL": "all", "#HEADERS": "headers"}


class Token(NamedTuple):
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """A worksheet table: `area` is all of it, headers and totals included."""

    name: str
    area: Area
    header_rows: int
    total_rows: int
    columns: tuple[str, ...]

    def part(self, wanted: str) -> Area | None:
        """The rectangle of `[wanted]`: "", "#All", "#Data", "#Headers" or a column; None if unknown."""
        sheet, top, left, bottom, right = self.area
        data = Area(sheet, top + self.header_rows, left, bottom - self.total_rows, right)
        names = [name.casefold() for name in self.columns]
        match _WHOLE_TABLE.get(wanted.upper()):
            case "data":
                return data
            case "all":
                return self.area
            case "headers" if self.header_rows:
                return Area(sheet, top, left, top + self.header_rows - 1, right)
        if wanted.casefold() in names:
            column = left + names.index(wanted.casefold())
            return Area(sheet, data.top, column, data.bottom, column)
        return None


@dataclass(frozen=True, slots=True)
class Book:
    """What a workbook's formulas may refer to. Keys are upper case; a name's is (sheet or "", name)."""

    names: Mapping[tuple[str, str], str]
    tables: Mapping[str, Table]
    functions: frozenset[str]
    constants: Mapping[str, str] = field(default_factory=dict)

    def meaning(self, name: str, sheet: str) -> str | None:
        """What a defined name stands for on a sheet."""
        if "!" in name:
            prefix, name = name.rsplit("!", 1)
            sheet = unquoted(prefix + "!")
        found = self.names.get((sheet.upper(), name.upper()))
        return found if found is not None else self.names.get(("", name.upper()))


class Resolver(Protocol):
    """Who supplies the text that takes the place of a call or of a range made by INDEX."""

    def call(self, function: str, arguments: Sequence[str]) -> str:
        """The text (a reference or an error) for a worksheet function's result; arguments are rewritten."""

    def formula(self, area: Area) -> str:
        """The text of a cell's formula, quoted as a formula has it, or the error where it holds none."""

    def cell(self, area: Area, row: str, column: str) -> Area | str:
        """The cells that INDEX(area, row, column) names, or the error text that it gives."""

    def used(self, area: Area) -> Area:
        """The area without what lies below the last used row of its sheet; its first row at least."""


def tokens(formula: str) -> list[Token]:
    """The formula's tokens; joined, they are the formula. A table's [..] is one token of kind "bracket"."""
    found: list[Token] = []
    place = 0
    while place < len(formula):
        if formula[place] == "[":
            end = _closing_bracket(formula, place)
            found.append(Token("bracket", formula[place:end]))
        else:
            match = _TOKEN.match(formula, place)
            if match is None:  # cannot happen: the last alternative takes any character
                break
            found.append(Token(match.lastgroup or "other", match[0]))
            end = match.end()
        place = end
    return found


def function_name(text: str) -> str:
    """A function's plain name: "_xldudf_total_gex" is "TOTAL_GEX"."""
    return _PREFIXES.sub("", text).upper()


def as_shown(formula: str) -> str:
    """The formula as people see it, without the prefixes that a file has before the names of functions."""
    return "".join(_PREFIXES.sub("", token.text) if token.kind == "name" else token.text for token in tokens(formula))


def special(formula: str, sheet: str, book: Book, _seen: frozenset[str] = frozenset()) -> bool:
    """Whether the formula, or a name in it, holds anything that IronCalc must not see as it is."""
    found = tokens(formula)
    for place, token in enumerate(found):
        if token.kind == "name" and _opens(found, place + 1):
            name = function_name(token.text)
            if name in book.functions or name in book.constants or name == "FORMULATEXT":
                return True
            if name == "COUNTA" and _to_the_end(found, place, sheet) is not None:
                return True
            if name == "INDEX" and (_is(found, place - 1, ":") or _is(found, _after_call(found, place), ":")):
                return True
        elif token.kind == "name" and token.text.upper() not in _seen:
            if token.text.upper() in book.tables:
                return True
            meaning = book.meaning(token.text, sheet)
            if meaning is not None and special(meaning, sheet, book, _seen | {token.text.upper()}):
                return True
    return False


def rewritten(formula: str, sheet: str, book: Book, resolver: Resolver) -> str:
    """The formula with each call, name, table and made range replaced; references carry their sheet."""
    return _Rewriter(sheet, book, resolver).rewrite(tokens(formula))


def whole_call(formula: str) -> tuple[str, list[str]] | None:
    """(function, arguments) if the formula is one call and nothing else, else None."""
    found = tokens(formula.strip())
    if len(found) < 3 or found[0].kind != "name" or not _opens(found, 1) or _after_call(found, 0) != len(found):
        return None
    return function_name(found[0].text), ["".join(t.text for t in part) for part in _arguments(found, 1)[0]]


@dataclass(frozen=True, slots=True)
class _Rewriter:
    sheet: str
    book: Book
    resolver: Resolver
    within: frozenset[str] = frozenset()

    def rewrite(self, found: Sequence[Token]) -> str:
        out: list[str] = []
        place = 0
        while place < len(found):
            token = found[place]
            operand, after = self._operand(found, place)
            if operand is not None and _is(found, after, ":"):
                other, end = self._operand(found, after + 1)
                if other is not None:
                    operand, after = _spanned(operand, other), end
            if operand is not None:
                out.append(str(operand))
                place = after
            elif token.kind == "name" and not _opens(found, place + 1):
                text, place = self._name(found, place)
                out.append(text)
            elif token.kind == "name" and function_name(token.text) in self.book.functions:
                arguments, place = _arguments(found, place + 1)
                out.append(
                    self.resolver.call(
                        function_name(token.text),
                        [self.rewrite(part).strip() for part in arguments],
                    )
                )
            elif token.kind == "name" and function_name(token.text) == "FORMULATEXT":
                arguments, place = _arguments(found, place + 1)
                area = area_of("".join(t.text for part in arguments for t in part).strip(), self.sheet)
                out.append(self.resolver.formula(area) if area is not None else "#N/A")
            elif token.kind == "name" and function_name(token.text) in self.book.constants:
                out.append(self.book.constants[function_name(token.text)])
                place = _after_call(found, place)
            else:
                out.append(token.text)
                place += 1
        return "".join(out)

    def _operand(self, found: Sequence[Token], place: int) -> tuple[Area | str | None, int]:
        """A reference, or an INDEX that is one end of a range, and the place after it."""
        if place >= len(found):
            return None, place
        token = found[place]
        if token.kind == "reference":
            counted = _to_the_end(found, place - 2, self.sheet)
            return (self.resolver.used(counted) if counted else area_of(token.text, self.sheet)), place + 1
        end = _after_call(found, place)
        ends_range = _is(found, place - 1, ":") or _is(found, end, ":")
        if token.kind == "name" and function_name(token.text) == "INDEX" and _opens(found, place + 1) and ends_range:
            parts = [self.rewrite(part).strip() for part in _arguments(found, place + 1)[0]]
            area = area_of(parts[0]) if parts else None
            if area is None:
                return "#REF!", end
            row, column = [*parts[1:], "", ""][:2]
            return self.resolver.cell(area, row, column), end
        return None, place

    def _name(self, found: Sequence[Token], place: int) -> tuple[str, int]:
        name = found[place].text
        table = self.book.tables.get(name.upper())
        if table is not None:
            bracket = found[place + 1].text if place + 1 < len(found) and found[place + 1].kind == "bracket" else ""
            area = table.part(bracket.removeprefix("[").removesuffix("]").removeprefix("[").removesuffix("]"))
            if area is None:
                return name + bracket, place + 1 + bool(bracket)
            return str(area), place + 1 + bool(bracket)
        meaning = self.book.meaning(name, self.sheet)
        if meaning is None or name.upper() in self.within:
            return name, place + 1
        inner = _Rewriter(self.sheet, self.book, self.resolver, self.within | {name.upper()})
        text = inner.rewrite(tokens(meaning.removeprefix("=")))
        return text if area_of(text) or whole_call(text) else f"({text})", place + 1


def _to_the_end(found: Sequence[Token], place: int, sheet: str) -> Area | None:
    """The cells of COUNTA(C9:D1048576) at `place`, a count down to the sheet's end: IronCalc looks at every row."""
    whole = place >= 0 and function_name(found[place].text) == "COUNTA" and _opens(found, place + 1)
    if not whole or not _is(found, place + 3, ")"):
        return None
    area = area_of(found[place + 2].text, sheet)
    return area if area and area.bottom == LAST_ROW and area.top > 1 else None


def _spanned(first: Area | str, last: Area | str) -> Area | str:
    for end in (first, last):
        if isinstance(end, str):
            return end
    one, other = Area(*first), Area(*last)
    return Area(
        one.sheet,
        min(one.top, other.top),
        min(one.left, other.left),
        max(one.bottom, other.bottom),
        max(one.right, other.right),
    )


def _is(found: Sequence[Token], place: int, text: str) -> bool:
    return 0 <= place < len(found) and found[place].text == text


def _opens(found: Sequence[Token], place: int) -> bool:
    return _is(found, place, "(")


def _after_call(found: Sequence[Token], place: int) -> int:
    return _arguments(found, place + 1)[1] if _opens(found, place + 1) else place + 1


def _arguments(found: Sequence[Token], opening: int) -> tuple[list[list[Token]], int]:
    """The arguments of the call whose "(" is at `opening`, and the place after its ")"."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for place in range(opening, len(found)):
        text = found[place].text
        if text in ("(", "{"):
            depth += 1
            if depth == 1:
                continue
        elif text in (")", "}"):
            depth -= 1
            if depth == 0:
                empty = len(parts) == 1 and not "".join(token.text for token in parts[0]).strip()
                return ([] if empty else parts), place + 1
        elif text == "," and depth == 1:
            parts.append([])
            continue
        parts[-1].append(found[place])
    return parts, len(found)


def _closing_bracket(formula: str, place: int) -> int:
    depth = 0
    while place < len(formula):
        if formula[place] == "'":  # escapes the next character inside a table's brackets
            place += 1
        elif formula[place] == "[":
            depth += 1
        elif formula[place] == "]":
            depth -= 1
            if depth == 0:
                return place + 1
        place += 1
    return len(formula)
