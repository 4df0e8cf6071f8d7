"""xlwings Lite: a workbook that carries its own code."""
