Option Explicit
' Loads the newest chain of a folder; keeps today's row of the sheet Days. Here is what the list of macros shows.

Private Const FIGURES As Long = 24  ' columns of today's row; the rows below may have more, which a file filled

Public Sub AppendToday()
    MsgBox KeptToday(), vbInformation, "Days"
End Sub

Public Sub LoadNewest()
    MsgBox LoadedNewest(), vbInformation, "Chain"
End Sub

Private Function LoadedNewest() As String
    ' The newest file goes onto Chain, the chain before it onto Earlier, and its row below the kept days; says so.
    Dim chain As Range, earlier As Range, old As Range, settings As Range, found As Variant, cells As Variant
    Set chain = ThisWorkbook.Worksheets("Chain").Range("C1:AZ60000")
    Set earlier = ThisWorkbook.Worksheets("Earlier").Range("C1:AZ60000")
    Set settings = ThisWorkbook.Names("Chain_Settings").RefersToRange
    Set old = UsedOf(chain)
    found = GexAsk("newest_file", Array(ThisWorkbook.Names("Chain_Folder").RefersToRange.Value, old, settings))
    If IsArray(found) Then
        cells = GexAsk("cells_of_file", Array(found(LBound(found)), settings))
    Else
        cells = found
    End If
    If Not IsArray(cells) Then
        LoadedNewest = "Nothing was loaded: " & GexReason(cells) & "."
        Exit Function
    End If
    LoadedNewest = Mid$(found(LBound(found)), InStrRev(found(LBound(found)), "\") + 1) & " is on Chain. "
    If found(UBound(found)) = "earlier" Then
        earlier.ClearContents
        PasteValues old, earlier.Resize(old.Rows.Count, old.Columns.Count)
        LoadedNewest = LoadedNewest & "The chain before is on Earlier. "
    End If
    chain.ClearContents
    chain.Resize(UBound(cells, 1) - LBound(cells, 1) + 1, UBound(cells, 2) - LBound(cells, 2) + 1).Value = cells
    Application.Calculate
    LoadedNewest = LoadedNewest & KeptToday()
End Function

Private Function UsedOf(ByVal area As Range) As Range
    ' From the area's first cell to the last of the sheet that is used.
    Dim used As Range, rows As Long, columns As Long
    Set used = area.Worksheet.UsedRange
    rows = used.row + used.Rows.Count - area.row
    columns = used.Column + used.Columns.Count - area.Column
    If rows < 1 Then rows = 1
    If columns < 1 Then columns = 1
    Set UsedOf = area.Resize(rows, columns)
End Function

Private Function KeptToday() As String
    ' Writes today's row as values and says where, or says why it wrote nothing.
    Dim today As Range, kept As Range, cell As Range, place As Long, named As String
    Set today = ThisWorkbook.Names("History_Today").RefersToRange
    Set kept = ThisWorkbook.Names("History_Rows").RefersToRange
    For Each cell In today.Cells
        If WorksheetFunction.IsError(cell) Then
            KeptToday = "Nothing was kept: " & cell.Address(False, False) & " of today's row shows an error; the " & _
                "sheet Check says what is wrong with the chain."
            Exit Function
        End If
    Next
    If DayOf(today.Cells(1, 1).Value) = "" Then
        KeptToday = "Nothing was kept: today's row has no date; paste a chain on the sheet Chain first."
        Exit Function
    End If
    named = DayOf(today.Cells(1, 1).Value) & " " & SymbolOf(today.Cells(1, 2).Value)
    place = PlaceFor(named, kept)
    If place > kept.Rows.Count Then
        KeptToday = "Nothing was kept: all " & kept.Rows.Count & " rows are filled; delete the oldest ones."
        Exit Function
    End If
    KeptToday = named & IIf(IsBlank(kept.Cells(place, 1).Value), " was added", " was replaced") & " in row " & _
        kept.Cells(place, 1).row & "."
    WriteRow today, kept.Rows(place)
End Function

Private Function PlaceFor(ByVal named As String, ByVal kept As Range) As Long
    ' The last row of this date and symbol, else the one below the last that is filled.
    Dim held As Variant, row As Long
    held = kept.Resize(, 2).Value
    PlaceFor = 1
    For row = UBound(held, 1) To 1 Step -1
        If Not IsBlank(held(row, 1)) Then
            If PlaceFor = 1 Then PlaceFor = row + 1
            If DayOf(held(row, 1)) & " " & SymbolOf(held(row, 2)) = named Then
                PlaceFor = row
                Exit Function
            End If
        End If
    Next
End Function

Private Sub WriteRow(ByVal today As Range, ByVal place As Range)
    place.ClearContents
    PasteValues today, place.Resize(1, FIGURES)
End Sub

Private Sub PasteValues(ByVal source As Range, ByVal place As Range)
    ' Pasted, since texts such as 2025-10-08 that are assigned to a cell become dates in the format of the machine.
    source.Copy
    place.PasteSpecial xlPasteValues
    Application.CutCopyMode = False
End Sub

Private Function DayOf(ByVal shown As Variant) As String
    ' 2025-10-08, of such a text, of a date and of its number.
    If IsBlank(shown) Then Exit Function
    If VarType(shown) = vbString Then
        DayOf = Left$(Trim$(shown), 10)
    ElseIf IsDate(shown) Or IsNumeric(shown) Then
        DayOf = Format$(CDate(shown), "yyyy-mm-dd")
    End If
End Function

Private Function SymbolOf(ByVal shown As Variant) As String
    If Not IsBlank(shown) Then SymbolOf = UCase$(Trim$(CStr(shown)))
End Function

Private Function IsBlank(ByVal shown As Variant) As Boolean
    ' An error is no date and no symbol either.
    IsBlank = True
    If IsError(shown) Then Exit Function
    If Not IsEmpty(shown) Then IsBlank = (Trim$(CStr(shown)) = "")
End Function
