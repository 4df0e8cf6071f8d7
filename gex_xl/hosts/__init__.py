"""What calculates a workbook while it is open: one room per host, each described by the HOST in its module host.

No room is imported here: Lite files and the server load single modules of them.
"""

#: The rooms.
NAMES = ("lite", "classic", "server", "libreoffice")
