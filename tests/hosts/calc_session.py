"""A person at LibreOffice Calc, as far as UNO goes: run by LibreOffice's own Python, one JSON command a line.

    python calc_session.py SOFFICE OPTION...

Each command is {"do": name, ...}; each answer is {"ok": result} or {"error": text}. Nothing here knows gex_xl.
"""

import json
import os
import pathlib
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

EVERYTHING = 1 | 2 | 4 | 16  # values, dates, texts, formulas


def properties(**given):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in given.items())


def url(path):
    return pathlib.Path(path).resolve().as_uri()


class Session:
    def __init__(self, soffice, options):
        pipe = f"gex{os.getpid()}"
        command = [
            soffice,
            "--headless",
            "--norestore",
            "--nologo",
            "--nodefault",
            *options,
            f"--accept=pipe,name={pipe};urp;",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
        end = time.monotonic() + 120
        while True:
            try:
                self.context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except NoConnectException:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)
        self.desktop = self.make("com.sun.star.frame.Desktop")
        self.documents = []

    def make(self, service):
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def sheet(self, name):
        return self.document.Sheets.getByName(name)

    def open(self, path=None):
        where = url(path) if path else "private:factory/scalc"
        self.documents.append(self.desktop.loadComponentFromURL(where, "_blank", 0, properties(Hidden=True)))
        return list(self.document.Sheets.ElementNames)

    def close(self):
        self.documents.pop().close(True)

    @property
    def document(self):
        """The one opened last."""
        return self.documents[-1]

    def values(self, sheet, cells):
        """Rows of {"value" or "text" or "error"}, as the cells hold them."""
        area = self.sheet(sheet).getCellRangeByName(cells)
        return [list(row) for row in area.getDataArray()]

    def cell(self, sheet, cell):
        found = self.sheet(sheet).getCellRangeByName(cell)
        return {
            "error": found.getError(),
            "text": found.String,
            "value": found.Value,
            "formula": found.Formula,
            "kind": found.FormulaResultType2,
        }

    def errors(self, sheet):
        """{address: code} of every cell that shows an error."""
        found = {}
        for area in self.sheet(sheet).queryFormulaCells(4).RangeAddresses:
            for row in range(area.StartRow, area.EndRow + 1):
                for column in range(area.StartColumn, area.EndColumn + 1):
                    cell = self.sheet(sheet).getCellByPosition(column, row)
                    found[cell.AbsoluteName.split(".")[-1].replace("$", "")] = cell.getError()
        return found

    def write(self, sheet, cell, formula):
        """Type into one cell, in English."""
        self.sheet(sheet).getCellRangeByName(cell).setFormula(formula)

    def write_many(self, sheet, formulas):
        for cell, formula in formulas.items():
            self.sheet(sheet).getCellRangeByName(cell).setFormula(formula)

    def array(self, sheet, cells, formula):
        self.sheet(sheet).getCellRangeByName(cells).setArrayFormula(formula)

    def arrays(self, sheet, formulas):
        for cells, formula in formulas.items():
            self.sheet(sheet).getCellRangeByName(cells).setArrayFormula(formula)

    def paste(self, sheet, cell, rows, clear=None):
        """Clear the old chain and paste another one, numbers as numbers and texts as texts."""
        if clear:
            self.sheet(sheet).getCellRangeByName(clear).clearContents(EVERYTHING)
        if rows:
            at = self.sheet(sheet).getCellRangeByName(cell).CellAddress
            area = self.sheet(sheet).getCellRangeByPosition(
                at.Column, at.Row, at.Column + len(rows[0]) - 1, at.Row + len(rows) - 1
            )
            area.setDataArray(tuple(tuple("" if v is None else v for v in row) for row in rows))

    def clear(self, sheet, cells):
        self.sheet(sheet).getCellRangeByName(cells).clearContents(EVERYTHING)

    def recalculate(self):
        self.document.calculateAll()

    def store(self, path, kind="Calc MS Excel 2007 XML"):
        self.document.storeToURL(url(path), properties(FilterName=kind))

    def everything(self):
        """{sheet: rows from A1 to the last used cell}."""
        found = {}
        for name in self.document.Sheets.ElementNames:
            cursor = self.sheet(name).createCursor()
            cursor.gotoEndOfUsedArea(False)
            last = cursor.RangeAddress
            area = self.sheet(name).getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
            found[name] = [list(row) for row in area.getDataArray()]
        return found

    def charts(self):
        """Every chart: {sheet: [{title, series: [{name, values, categories}]}]}."""
        found = {}
        for name in self.document.Sheets.ElementNames:
            charts = self.sheet(name).Charts
            for chart in (charts.getByName(n) for n in charts.ElementNames):
                model = chart.EmbeddedObject
                series = []
                for system in model.getFirstDiagram().getCoordinateSystems():
                    axis = system.getAxisByDimension(0, 0).getScaleData().Categories
                    for kind in system.getChartTypes():
                        for one in kind.getDataSeries():
                            parts = one.getDataSequences()
                            series.append(
                                {
                                    "range": parts[0].Values.SourceRangeRepresentation,
                                    "values": list(parts[0].Values.Data),
                                    "name": " ".join(parts[0].Label.getTextualData()) if parts[0].Label else "",
                                    "categories": list(axis.Values.getTextualData()) if axis else [],
                                }
                            )
                title = model.getTitleObject()
                words = "".join(part.String for part in title.getText()) if title else ""
                found.setdefault(name, []).append({"title": words, "series": series})
        return found

    def pictures(self, folder):
        """Every chart as a PNG, the top of every sheet as a page of sheets.pdf, in `folder`; the charts' names."""
        made = []
        export = self.make("com.sun.star.drawing.GraphicExportFilter")
        for name in self.document.Sheets.ElementNames:
            sheet = self.sheet(name)
            for number, shape in enumerate(sheet.DrawPage, 1):
                if shape.supportsService("com.sun.star.drawing.OLE2Shape"):
                    path = pathlib.Path(folder, f"{name}-chart-{number}.png")
                    export.setSourceDocument(shape)
                    export.filter(properties(URL=url(path), MediaType="image/png"))
                    made.append(path.name)
            if not sheet.getPrintAreas():
                cursor = sheet.createCursor()
                cursor.gotoEndOfUsedArea(False)
                end = cursor.RangeAddress
                end.StartColumn, end.StartRow, end.EndRow = 0, 0, min(59, end.EndRow)
                sheet.setPrintAreas((end,))
        self.store(str(pathlib.Path(folder, "sheets.pdf")), "calc_pdf_Export")
        return made

    def functions(self):
        """What the function wizard knows: {name: {description, arguments: [[name, help, optional]]}}."""
        found = {}
        known = self.make("com.sun.star.sheet.FunctionDescriptions")
        for index in range(known.Count):
            one = {p.Name: p.Value for p in known.getByIndex(index)}
            found[one["Name"]] = {
                "description": one["Description"],
                "arguments": [[a.Name, a.Description] for a in one["Arguments"] or ()],
            }
        return found

    def seconds(self, sheet, cell, formula, watched):
        """How long typing into one cell takes until the watched cell has its value."""
        start = time.perf_counter()
        self.sheet(sheet).getCellRangeByName(cell).setFormula(formula)
        self.sheet(sheet).getCellRangeByName(watched).getDataArray()
        return time.perf_counter() - start

    def quit(self):
        try:
            self.desktop.terminate()
        finally:
            self.process.wait(30)


def main():
    session = Session(sys.argv[1], sys.argv[2:])
    print(json.dumps({"ok": "ready"}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        name = command.pop("do")
        try:
            answer = {"ok": getattr(session, name)(**command)}
        except Exception as error:  # the test shows it
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
        if name == "quit":
            return


main()
