"""Completion in shells, and what is loaded for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import careerledger
import event_index
from careerledger.cli import main
from careerledger.cli.event_fields import EVENTS, PROJECTIONS
from careerledger.cli.words import COMMAND


@pytest.fixture
def completed(monkeypatch, capsys):
    """Return what a shell offers behind these words; the last of them is incomplete."""

    def completed(*words):
        monkeypatch.setenv("_CAREERLEDGER_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", "\n".join(["careerledger", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        assert 0 == main([])
        monkeypatch.delenv("_CAREERLEDGER_COMPLETE")
        lines = capsys.readouterr().out.split()
        return [line.removeprefix("plain,") for line in lines]

    return completed


def test_words_are_completed(completed):
    assert set(COMMAND.commands) == set(completed(""))
    assert ["verify", "verify-proof"] == completed("veri")


def test_options_are_completed(completed):
    assert ["--ledger"] == completed("show", "--le")
    assert ["--since", "--until"] == completed("history", "--")[:2]


def test_projections_are_completed(completed):
    assert ["network-growth"] == completed("show", "net")
    assert list(PROJECTIONS) == completed("explain", "")


def test_event_types_and_their_fields_are_completed(completed):
    assert ["course.dropped", "course.finished", "course.started"] == completed("log", "cour")
    assert ["title="] == completed("log", "course.finished", "ti")
    assert ["role_like.title="] == completed("log", "opportunity.found", "role_like.ti")
    assert ["from="] == completed("log", "industry.switched", "on", "=", "2024", "fro")


def test_values_of_a_field_are_completed(completed):
    """Bash separates words at equals signs."""
    assert ["mentor"] == completed("log", "contact.made", "kind", "=", "men")
    assert "mentor" in completed("log", "contact.made", "name", "=", "Jane", "kind", "=")


def test_files_are_left_to_the_shell(completed):
    assert ["file,ada"] == completed("show", "--ledger", "ada")


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_with_the_printed_code(output, tmp_path):
    code = output("completion", "bash")
    program = tmp_path / "careerledger"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nfrom careerledger.cli import main\nsys.exit(main())\n"
    )
    program.chmod(0o755)
    (tmp_path / "complete.sh").write_text(code)
    line = """
        source complete.sh
        compopt() { echo compopt "$@"; }
        COMP_WORDS=(careerledger log course.finished ti) COMP_CWORD=3
        _careerledger_completion ./careerledger
        echo "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        ["bash", "--norc", "-c", line],
        cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(careerledger.__file__).parents[1])},
    )  # fmt: skip

    assert "compopt -o nospace\ntitle=\n" == done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_code_for_each_shell_is_printed(output, refused, monkeypatch, shell):
    code = output("completion", shell)
    assert f"_CAREERLEDGER_COMPLETE={shell}_complete" in code

    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert code == output("completion")
    monkeypatch.setenv("SHELL", "/bin/false")
    assert "name the shell: bash, zsh, fish" in refused("completion")


def test_the_index_of_events_is_up_to_date():
    """Write it with: PYTHONPATH=src:tests python tests/event_index.py."""
    assert event_index.MODULE.read_text(encoding="utf-8") == event_index.module()
    for name, cls_name in PROJECTIONS.items():
        assert hasattr(careerledger.projections, cls_name), name


ROOMS = [path.stem for path in Path(careerledger.__file__).parent.iterdir() if path.name[0] != "_"]


@pytest.mark.parametrize(
    "words", [["--version"], ["--help"], ["log", "--help"], []], ids=["version", "help", "log help", "complete"]
)  # fmt: skip
def test_no_room_of_the_library_is_loaded(words):
    """So that a shell answers at once."""
    program = (
        "import sys; from careerledger.cli import main; main(sys.argv[1:]);"
        "print(*(name for name in sys.modules if name.startswith('careerledger.')), file=sys.stderr)"
    )
    complete = {
        "_CAREERLEDGER_COMPLETE": "bash_complete",
        "COMP_WORDS": "careerledger\nlog\ncourse.finished\nti",
        "COMP_CWORD": "3",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True, text=True, check=True,
        env={**os.environ, **({} if words else complete)},
    )  # fmt: skip
    loaded = {name.split(".")[1] for name in done.stderr.split()}

    assert "cli" in loaded
    assert not loaded & set(ROOMS) - {"cli", "errors", "text"}
    assert words or "title=" in done.stdout
    assert words != ["--version"] or f"careerledger {careerledger.__version__}\n" == done.stdout
    assert len(EVENTS) > 30
