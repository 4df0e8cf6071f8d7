"""The commands of `gex-xl`, one module each: `add` puts it into the parser, and what it does stands beside it."""

from gex_xl.commands import book, books, demo, fetch, history, install, levels, report, serve, watch

#: In the order in which `gex-xl --help` lists them.
COMMANDS = (demo, report, levels, fetch, history, watch, book, books, install, serve)
