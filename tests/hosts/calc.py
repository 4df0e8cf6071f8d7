"""Calc in another process, spoken to by JSON lines; see calc_session.py."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from gex_xl.hosts.libreoffice.program import LibreOffice, environment

SESSION = Path(__file__).with_name("calc_session.py")


class Calc:
    """`Calc(office, options).open(path=...)` calls the method of the same name there."""

    def __init__(self, office: LibreOffice, options: list[str]) -> None:
        python = office.python()
        assert python is not None
        self._process = subprocess.Popen(
            [str(python.path), str(SESSION), str(office.soffice), *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8",
            env=environment(),
        )  # fmt: skip
        assert self._answer() == "ready"

    def __getattr__(self, name: str) -> Any:
        def do(**given: Any) -> Any:
            assert self._process.stdin
            self._process.stdin.write(json.dumps({"do": name, **given}) + "\n")
            self._process.stdin.flush()
            return self._answer()

        return do

    def _answer(self) -> Any:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the session with Calc has ended"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer["ok"]

    def end(self) -> None:
        """Close Calc."""
        self.quit()
        self._process.wait(60)
        for stream in (self._process.stdin, self._process.stdout):
            assert stream
            stream.close()
