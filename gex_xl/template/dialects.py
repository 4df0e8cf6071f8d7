"""How each host writes a call of our worksheet functions in the file.

Users type and see =TOTAL_GEX(Chain) everywhere. The workbook is built, and calculated, with that text; the file for
a host is made from it at the end. One cell holds one text, so a file is for one host.
"""

from __future__ import annotations

from dataclasses import dataclass

from gex_xl.engines.formulas import function_name, tokens
from gex_xl.engines.package import Package
from gex_xl.functions import REGISTRY


@dataclass(frozen=True, slots=True)
class Dialect:
    """What stands before a function's name in the file: `prefix`, then the add-in's `namespace` where it has one.

    `headline` stands before the names of cells that read like a function, such as Total_GEX. Excel keeps the names of
    cells and those of user-defined functions in one place and knows no case (ECMA-376 part 1, 18.17.2.5 rules such
    names out), so =TOTAL_GEX(Chain) would not reach the function there.
    """

    prefix: str = ""
    namespace: str = ""
    headline: str = ""

    def spelled(self, name: str) -> str:
        """A worksheet name as the file has it."""
        return self.prefix + (f"{self.namespace}_" if self.namespace else "") + name

    def cell_spelled(self, name: str) -> str:
        """The name of a cell as the file has it."""
        return self.headline + name if name.upper() in REGISTRY else name

    def cell_name(self, text: str) -> str:
        """The name of a cell as the template has it."""
        plain = text.removeprefix(self.headline)
        return plain if plain.upper() in REGISTRY else text

    def name(self, text: str) -> str:
        """The worksheet name behind what the file has; other functions keep their own."""
        return function_name(text).removeprefix(f"{self.namespace}_" if self.namespace else "")


#: As typed.
PLAIN = Dialect()
#: As typed too: functions written in VBA.
CLASSIC = Dialect(headline="Headline_")
#: Office.js custom functions of an add-in whose manifest names no namespace: xlwings Lite.
LITE = Dialect("_xldudf_", headline=CLASSIC.headline)


def server(namespace: str = "") -> Dialect:
    """Custom functions of a sideloaded add-in, with the namespace of its manifest: `_xldudf_NAMESPACE_TOTAL_GEX`."""
    return Dialect(LITE.prefix, namespace.upper(), LITE.headline)


def translated(formula: str, to: Dialect, of: Dialect = PLAIN) -> str:
    """A formula's text in another dialect; all but the names of our functions stays as it is."""
    found = tokens(formula)
    out = []
    for place, token in enumerate(found):
        if token.kind != "name":
            out.append(token.text)
        elif place + 1 < len(found) and found[place + 1].text == "(":
            name = of.name(token.text)
            out.append(to.spelled(name) if name in REGISTRY else token.text)
        else:
            out.append(to.cell_spelled(of.cell_name(token.text)))
    return "".join(out)


def translate(package: Package, to: Dialect, of: Dialect = PLAIN) -> None:
    """Put every formula of a book into another dialect; computed values stay."""
    package.rewrite_formulas(lambda formula: translated(formula, to, of))
    package.rename(lambda name: to.cell_spelled(of.cell_name(name)))
