"""Colours and cell formats: inputs look like inputs, formulas like formulas."""

from __future__ import annotations

from typing import Any

INK, GREY, RULE = "#1F2933", "#7B8794", "#D9E0E7"
CALL, PUT = "#C2662D", "#2F6DB5"
LONG, SHORT, STRESS = "#2E8B57", "#C0392B", "#8E44AD"
SPOT, FLIP = "#1F2933", "#B8860B"
PALE, INPUT = "#F4F6F8", "#FFF8DC"

PRICE = "#,##0.00"
#: For large figures, as conditional formats: one section, so that every program keeps the sign.
BILLIONS = '#,##0.00,,," bn"'
MILLIONS = '#,##0.00,," mn"'


class Formats:
    """Cell formats by purpose, made once per workbook."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "Calibri", "font_size": 10, "font_color": INK, "valign": "vcenter"}

        def make(**more: Any) -> Any:
            return book.add_format({**base, **more})

        self.plain = make()
        self.title = make(font_size=18, bold=True)
        self.note = make(font_color=GREY, italic=True)
        self.first_steps = make(font_size=9, text_wrap=True, align="left")
        self.wrapped = make(text_wrap=True, valign="top")
        self.words = make(font_size=11)
        self.words_indented = make(bold=True, indent=1)
        self.strong = make(bold=True)
        self.header = make(bold=True, bg_color=PALE, bottom=1, bottom_color=RULE, text_wrap=True)
        self.header_right = make(bold=True, bg_color=PALE, bottom=1, bottom_color=RULE, text_wrap=True, align="right")
        self.header_indented = make(bold=True, bg_color=PALE, bottom=1, bottom_color=RULE, text_wrap=True, indent=1)
        self.indented = make(indent=1)
        self.indented_wrapped = make(indent=1, text_wrap=True)
        self.right = make(align="right")
        self.label = make(font_color=GREY, font_size=9, bg_color=PALE, align="center", top=1, top_color=RULE)
        self.label_left = make(font_color=GREY, font_size=9, bg_color=PALE, top=1, top_color=RULE)
        self.label_right = make(font_color=GREY, font_size=9, bg_color=PALE, top=1, top_color=RULE, align="right")
        fact = {"font_size": 9, "bottom": 1, "bottom_color": RULE}
        self.fact = make(**fact)
        self.fact_middle = make(**fact, align="center")
        self.fact_number = make(**fact, num_format=PRICE, align="right")
        self.card = make(bold=True, font_size=15, bg_color=PALE, align="center", num_format=PRICE)
        self.card_text = make(bold=True, font_size=11, bg_color=PALE, align="center", text_wrap=True)
        self.card_note = make(font_color=GREY, font_size=9, bg_color=PALE, align="center", bottom=1, bottom_color=RULE)
        self.warning = make(bold=True, font_color="#7A1F12", bg_color="#FDECEA")
        self.fine = make(font_color=GREY)
        self.synthetic = make(bold=True, font_color="#7A4B00")
        self.handle = make(bold=True, bg_color=PALE, border=1, border_color=RULE)
        self.input = make(
            bg_color=INPUT, border=1, border_color="#C9B458", font_color="#1A3FA0", align="left", indent=1
        )
        self.input_time = make(
            bg_color=INPUT,
            border=1,
            border_color="#C9B458",
            font_color="#1A3FA0",
            num_format="yyyy-mm-dd hh:mm",
            align="left",
            indent=1,
        )
        self.paste = make(bg_color="#FFFDF3")
        self.amount = make(num_format=PRICE, align="right")
        self.price = make(num_format=PRICE)
        self.default = make(font_color=GREY, align="left", indent=1)
        self.level = make(num_format=PRICE, align="left")
        self.whole = make(num_format="#,##0")
        self.count = make(num_format="#,##0", align="left")
        self.decimal = make(num_format="0.0000", align="right")
        self.day = make(num_format="yyyy-mm-dd", align="left")
        self.gamma = make(num_format="0.0000##", align="right")
        self.points = make(num_format="0.00", align="right")
        self.days = make(num_format="0.0")
        self.percent = make(num_format="0.0%")
        self.signed_percent = make(num_format="+0.00%;-0.00%")
        self.input_percent = make(
            bg_color=INPUT, border=1, border_color="#C9B458", font_color="#1A3FA0", num_format="0.00%"
        )
        self.helper = make(font_color=GREY, num_format="#,##0.###")
        self.code = make(font_name="Consolas", font_size=10, bold=True)
        self.good = book.add_format({"bg_color": "#E3F4EA", "font_color": LONG})
        self.bad = book.add_format({"bg_color": "#FBE4E1", "font_color": SHORT})
        self.stress = book.add_format({"bg_color": "#F1E5F7", "font_color": STRESS})
        self.hidden = book.add_format({"font_color": PALE})  # the ground of the cards
        self.missing = book.add_format({"font_color": "#B8C1CA"})  # an error with its reason beside it
        self.unseen = book.add_format({"font_color": "#FFFFFF"})
        self.reason = book.add_format({"font_color": INK, "bold": True})
        self.counted = book.add_format({"num_format": "#,##0"})
        self.shared = book.add_format({"num_format": "+0.00%;-0.00%"})
        self.billions = book.add_format({"num_format": BILLIONS})
        self.millions = book.add_format({"num_format": MILLIONS})
        self.in_billions = book.add_format({"num_format": BILLIONS.replace(".00", ".000")})
        self.in_millions = book.add_format({"num_format": MILLIONS.replace(".00", ".000")})
        self.fired = book.add_format({"bg_color": "#FBE4E1"})
        self.fired_billions = book.add_format({"bg_color": "#FBE4E1", "num_format": BILLIONS})
        self.fired_millions = book.add_format({"bg_color": "#FBE4E1", "num_format": MILLIONS})
