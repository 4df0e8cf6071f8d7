"""LibreOffice Calc: the add-in, and Calc as an engine that recalculates a workbook."""
