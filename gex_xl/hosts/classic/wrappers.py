"""The VBA of a classic workbook: one wrapper per worksheet function, and what the function wizard says of each.

What does not depend on the registry stands as VBA in the folder vba, to be read as it runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files

from gex_xl.functions.registry import Function

#: What Excel shows of a description; longer ones are refused by MacroOptions.
LONGEST_HELP = 255
_CATEGORY = "gex_xl"
# Words that VBA keeps to itself; as an argument such a name takes an underscore.
_RESERVED = frozenset(
    """
    and any array as boolean byref byte byval call case const currency date debug declare dim do double each else empty
    end enum erase error event exit false for friend function get global gosub goto if imp implements in input integer
    is let like lock long loop lset me mod name new next not nothing null object on open option optional or paramarray
    preserve print private property public put redim rem resume return rset seek select set single spc static step
    stop string sub tab then time to true type typeof unlock until variant wend while width with write xor
    """.split()  # noqa: SIM905  a list of a hundred strings is no easier to read
)


def fixed(name: str) -> str:
    """A module that is the same for all workbooks, as it stands in the folder vba."""
    return files("gex_xl.hosts.classic").joinpath("vba", name).read_text(encoding="ascii")


def functions(records: Iterable[Function]) -> str:
    """The module that Excel reads the worksheet functions from."""
    lines = ["Option Explicit", "' The worksheet functions of gex_xl, one wrapper each."]
    for record in records:
        names = [argument_name(argument.name) for argument in record.arguments]
        head = ", ".join(
            name if argument.required else f"Optional {name}"
            for name, argument in zip(names, record.arguments, strict=True)
        )
        lines += [
            "",
            f"Public Function {record.name}({head})",
            f'    {record.name} = GexCall("{record.name}", Array({", ".join(names)}))',
            "End Function",
        ]
    return "\n".join(lines) + "\n"


def descriptions(records: Iterable[Function], built_with: str) -> str:
    """The module that tells the function wizard what each function and argument means.

    `built_with`: the interpreter that the workbook tries where none was chosen on the machine, "" for none.
    """
    lines = [
        "Option Explicit",
        "Option Private Module",
        "' What the function wizard says, and the Python that built this workbook.",
        "",
        "Public Function GexBuiltWith() As String",
        f"    GexBuiltWith = {literal(built_with)}",
        "End Function",
        "",
        "Public Sub GexDescribe()",
        "    On Error Resume Next  ' a workbook without wizard help still calculates",
    ]
    lines += [f"    Describe{record.name}" for record in records]
    lines += [
        "End Sub",
        "",
        "Private Function Here() As String",
        """    Here = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!\"""",
        "End Function",
    ]
    for record in records:
        lines += ["", f"Private Sub Describe{record.name}()", *_options(record), "End Sub"]
    return "\n".join(lines) + "\n"


def description(record: Function) -> str:
    """What a function does and gives; without the second where Excel has no room for both."""
    both = f"{record.help}. Returns {record.returns}."
    return both if len(both) <= LONGEST_HELP else record.help[:LONGEST_HELP]


def argument_name(name: str) -> str:
    """An argument's name in VBA."""
    return f"{name}_" if name.lower() in _RESERVED else name


def literal(text: str) -> str:
    """VBA for a text. The editor knows the characters of one code page only, so others are written by number."""
    out, plain = [], ""
    for character in text:
        if character.isascii() and character.isprintable():
            plain += '""' if character == '"' else character
        else:
            out += [f'"{plain}"'] if plain else []
            out += [f"ChrW({code})" for code in _utf16(character)]
            plain = ""
    if plain or not out:
        out.append(f'"{plain}"')
    return " & ".join(out)


def _utf16(character: str) -> list[int]:
    units = character.encode("utf-16-le")
    return [int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2)]


def _options(record: Function) -> list[str]:
    helps = [argument.help[:LONGEST_HELP] for argument in record.arguments]
    return [
        f"    Dim helps({len(helps) - 1}) As Variant",
        *[f"    helps({i}) = {literal(text)}" for i, text in enumerate(helps)],
        f'    Application.MacroOptions Macro:=Here & "{record.name}", Category:="{_CATEGORY}", _',
        f"        Description:={literal(description(record))}, _",
        "        ArgumentDescriptions:=helps",
    ]
