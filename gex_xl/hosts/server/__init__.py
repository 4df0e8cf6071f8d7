"""The server: the worksheet functions for Excel on Windows, Mac and the web, computed by Python on this machine.

Excel loads a small add-in from https://localhost and posts each call there. `xlwings.server` turns the cells that
Excel sends into arguments and results into cells. It is part of xlwings PRO, whose licence is the user's own. The
package xlwings-server is not used: of it only the browser script would be needed (custom_functions_code, which made
it, names a file that xlwings 0.37 no longer has), and it brings accounts, sockets and a database client with it.

This file imports nothing, so that serving can say where it runs before xlwings is loaded.
Nothing here has been seen in Excel itself; docs/dev/excel-check.md says how to look.
"""
