Option Explicit
Option Private Module
' Between the cells of this workbook and the Python functions of gex_xl.

Private Const CALLS As String = "gex_xl.hosts.classic.calls"

Private python As Object       ' the connection, kept while the workbook is open
Private unreachable As String  ' why there is none, until the calculation ends: a search for each cell would take long
Private fresh As Boolean       ' Python has just started and remembers no chain
Private reasons As Object      ' "Sheet!A1": why that cell shows an error
Private telling As Boolean     ' the status bar shows a reason

Public Function GexCall(ByVal functionName As String, ByVal given As Variant) As Variant
    Dim found As Variant
    On Error GoTo failed
    If python Is Nothing Then Connect
    found = python.CallUDF(CALLS, functionName, given)
    Remember GexReason(found)
    GexCall = GexShown(found)
    Exit Function
failed:
    Remember functionName & ": " & GexFirstLine(Err.Description) & " (gex-xl doctor says what is missing)"
    Set python = Nothing
    fresh = False
    GexCall = CVErr(xlErrValue)
End Function

' --- what a cell shows

Public Function GexShown(ByVal found As Variant) As Variant
    ' Texts such as "#N/A" become Excel's own errors, alone, in a row or in a table.
    Dim row As Long, column As Long
    Select Case Dimensions(found)
    Case 0
        found = ErrorOf(found)
    Case 1
        For column = LBound(found) To UBound(found)
            found(column) = ErrorOf(found(column))
        Next
    Case Else
        For row = LBound(found, 1) To UBound(found, 1)
            For column = LBound(found, 2) To UBound(found, 2)
                found(row, column) = ErrorOf(found(row, column))
            Next
        Next
    End Select
    GexShown = found
End Function

Public Function GexReason(ByVal found As Variant) As String
    ' Why: "#VALUE! TOTAL_GEX: the chain is empty" without its first word; "" where there is no reason.
    If IsArray(found) Then Exit Function
    If VarType(found) <> vbString Then Exit Function
    If Left$(found, 5) = "#N/A " Or Left$(found, 8) = "#VALUE! " Then GexReason = Mid$(found, InStr(found, " ") + 1)
End Function

Public Function GexFirstLine(ByVal text As String) As String
    ' Of a Python error, the line that says what happened; the lines after it say where.
    GexFirstLine = Trim$(Split(Replace(text, vbCr, vbLf) & vbLf, vbLf)(0))
End Function

Private Function ErrorOf(ByVal found As Variant) As Variant
    ErrorOf = found
    If VarType(found) <> vbString Then Exit Function
    If found = "#N/A" Or Left$(found, 5) = "#N/A " Then ErrorOf = CVErr(xlErrNA)
    If found = "#VALUE!" Or Left$(found, 8) = "#VALUE! " Then ErrorOf = CVErr(xlErrValue)
End Function

Private Function Dimensions(ByVal found As Variant) As Long
    Dim last As Long
    If Not IsArray(found) Then Exit Function
    Dimensions = 1
    On Error GoTo one
    last = UBound(found, 2)
    Dimensions = 2
one:
End Function

' --- why a cell shows an error

Public Sub GexAfterCalculation()
    Dim place As Variant
    unreachable = ""
    If fresh Then
        fresh = False
        CalculateThisWorkbook
    End If
    If reasons Is Nothing Then Exit Sub
    For Each place In reasons.Keys
        If ShowsError(place) Then
            Tell place & ": " & reasons(place)
            Exit Sub
        End If
    Next
    GexQuiet
End Sub

Public Sub GexSelected(ByVal cell As Range)
    Dim place As String
    If reasons Is Nothing Then Exit Sub
    place = PlaceOf(cell)
    If reasons.Exists(place) Then
        If ShowsError(place) Then
            Tell place & ": " & reasons(place)
            Exit Sub
        End If
    End If
    GexQuiet
End Sub

Public Sub GexQuiet()
    If telling Then Application.StatusBar = False
    telling = False
End Sub

Private Sub Tell(ByVal reason As String)
    Application.StatusBar = reason
    telling = True
End Sub

Private Sub Remember(ByVal reason As String)
    Dim place As String
    If TypeName(Application.Caller) <> "Range" Then Exit Sub
    If reasons Is Nothing Then Set reasons = CreateObject("Scripting.Dictionary")
    place = PlaceOf(Application.Caller)
    If reasons.Exists(place) Then reasons.Remove place
    If reason <> "" Then reasons.Add place, reason
End Sub

Private Function PlaceOf(ByVal cell As Range) As String
    PlaceOf = cell.Parent.Name & "!" & cell.Cells(1, 1).Address(False, False)
End Function

Private Function ShowsError(ByVal place As String) As Boolean
    ' The formula may be gone, or wrapped in IFERROR.
    Dim mark As Long
    On Error Resume Next
    mark = InStrRev(place, "!")
    ShowsError = IsError(ThisWorkbook.Worksheets(Left$(place, mark - 1)).Range(Mid$(place, mark + 1)).Value)
End Function

Private Sub CalculateThisWorkbook()
    ' The chain behind a handle of an earlier session is not in memory, so every formula is computed once.
    Dim sheet As Worksheet
    On Error Resume Next
    Application.EnableEvents = False
    For Each sheet In ThisWorkbook.Worksheets
        sheet.EnableCalculation = False
    Next
    For Each sheet In ThisWorkbook.Worksheets
        sheet.EnableCalculation = True
    Next
    Application.EnableEvents = True
End Sub

' --- what a macro asks

Public Function GexAsk(ByVal functionName As String, ByVal given As Variant) As Variant
    ' An answer of Python, or text that begins with "#VALUE! ": why there is none.
    On Error GoTo failed
    If python Is Nothing Then Connect
    GexAsk = python.CallUDF(CALLS, functionName, given)
    Exit Function
failed:
    GexAsk = "#VALUE! " & GexFirstLine(Err.Description) & " (gex-xl doctor says what is missing)"
    Set python = Nothing
End Function

' --- the sheet Self-test

Public Sub GexSayWhichExcel(ByVal book As Workbook)
    ' What no formula can see without being calculated at every opening.
    On Error Resume Next
    book.Worksheets("Self-test").Range("D9").Value = "Excel " & Application.Version & " " & _
        Application.OperatingSystem & ", country " & Application.International(xlCountrySetting)
End Sub

' --- Python

Private Sub Connect()
    ' The sheet xlwings.conf names %GEX_XL_PYTHON% as the interpreter, so that nobody has to write a path there.
    Dim environment As Object, interpreter As String, safe As String, before As String
    If unreachable <> "" Then Err.Raise vbObjectError + 1, "gex_xl", unreachable
    #If Mac Then
        Err.Raise vbObjectError + 1, "gex_xl", "a classic workbook calculates in Excel on Windows only"
    #Else
        Set environment = CreateObject("WScript.Shell").Environment("PROCESS")
        interpreter = FoundPython()
        safe = Left$(interpreter, InStrRev(interpreter, "\") - 1)
        environment("GEX_XL_PYTHON") = interpreter
        environment("GEX_XL_FOLDER") = safe
        environment("PYTHONSAFEPATH") = "1"
        ' Programs and modules are looked for in the current folder too: until Python runs, that is its own.
        before = CurDir$
        ChDrive safe
        ChDir safe
        On Error GoTo failed
        Set python = XLPy
        environment.Remove "PYTHONSAFEPATH"
        GoBack before
        fresh = True
        Exit Sub
failed:
        unreachable = Err.Description
        environment.Remove "PYTHONSAFEPATH"
        GoBack before
        Err.Raise vbObjectError + 1, "gex_xl", unreachable
    #End If
End Sub

Private Sub GoBack(ByVal folder As String)
    ' A network folder has no drive to change to.
    On Error Resume Next
    ChDrive folder
    ChDir folder
End Sub

Private Function FoundPython() As String
    ' What "gex-xl install classic" chose on this machine, else what built the workbook, else what is on the PATH.
    Dim folder As Variant
    FoundPython = GetSetting("gex_xl", "classic", "python", "")
    If Usable(FoundPython) Then Exit Function
    FoundPython = GexBuiltWith
    If Usable(FoundPython) Then Exit Function
    For Each folder In Split(Environ$("PATH"), ";")
        FoundPython = folder & "\pythonw.exe"
        If Usable(FoundPython) Then Exit Function
    Next
    FoundPython = FromLauncher()
    If Usable(FoundPython) Then Exit Function
    unreachable = "no Python with xlwings " & XLWINGS_VERSION & " was found; install gex-xl and run gex-xl install " & _
        "classic, or build this workbook anew"
    Err.Raise vbObjectError + 1, "gex_xl", unreachable
End Function

Private Function Usable(ByVal interpreter As String) As Boolean
    ' xlwings looks for its library beside the interpreter, or one folder up in a virtual environment.
    Dim files As Object, home As String, library As String
    If Not GexAbsolute(interpreter) Then Exit Function
    Set files = CreateObject("Scripting.FileSystemObject")
    If Not files.FileExists(interpreter) Then Exit Function
    #If Win64 Then
        library = "\xlwings64-" & XLWINGS_VERSION & ".dll"
    #Else
        library = "\xlwings32-" & XLWINGS_VERSION & ".dll"
    #End If
    home = files.GetParentFolderName(interpreter)
    Usable = files.FileExists(home & library) Or files.FileExists(files.GetParentFolderName(home) & library)
End Function

Public Function GexAbsolute(ByVal path As String) As Boolean
    ' A blank or relative entry of the PATH would mean Excel's current folder; a semicolon would make two folders of one.
    GexAbsolute = Mid$(path, 2, 2) = ":\" And InStr(path, ";") = 0
End Function

Private Function FromLauncher() As String
    ' The Python that Windows' py launcher would start, asked for without a window; both programs by their whole paths.
    Dim files As Object, answer As String, stream As Object, launcher As String, asked As String
    On Error GoTo none
    Set files = CreateObject("Scripting.FileSystemObject")
    launcher = Environ$("SystemRoot") & "\py.exe"
    If Not files.FileExists(launcher) Then launcher = Environ$("LOCALAPPDATA") & "\Programs\Python\Launcher\py.exe"
    If Not (GexAbsolute(launcher) And files.FileExists(launcher)) Then Exit Function
    answer = files.BuildPath(Environ$("TEMP"), files.GetTempName)
    asked = """" & launcher & """ -I -c ""import sys; print(sys.exec_prefix)"" > """ & answer & """"
    CreateObject("WScript.Shell").Run """" & Environ$("SystemRoot") & "\System32\cmd.exe"" /c """ & asked & """", 0, True
    Set stream = files.OpenTextFile(answer)
    FromLauncher = Trim$(stream.ReadLine) & "\pythonw.exe"
    stream.Close
    files.DeleteFile answer
none:
End Function
