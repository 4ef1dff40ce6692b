"""Run the commands of the README as a reader would, and compare the output that it shows."""

import re
import shlex
from pathlib import Path

import pytest

from careerledger import demo
from careerledger.cli import main

README = Path(__file__).parents[2] / "README.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def readme_commands() -> list[tuple[str, str]]:
    """Return each ``careerledger`` command of the README, with the output below it, if any."""
    commands: list[tuple[str, str]] = []
    for block in CONSOLE.findall(README.read_text(encoding="utf-8")):
        for session in block.split("$ careerledger ")[1:]:
            command, _, output = session.partition("\n")
            commands.append((command, output))
    return commands


def test_readme_commands_run_in_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("CAREERLEDGER", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    Path("resume.json").write_bytes(demo.resume())
    compared = 0
    for command, output in readme_commands():
        assert main(shlex.split(command, comments=True)) == 0, command
        printed = capsys.readouterr().out
        if output:
            assert output == printed, f"README shows another output for {command}"
            compared += 1
    assert compared
