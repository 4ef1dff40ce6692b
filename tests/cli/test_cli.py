"""The command line, as a person and a script meet it."""

import json
import os
import re
import runpy
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from careerledger import Ledger, demo, projections
from careerledger.cli import main
from careerledger.events import (
    ContactMade,
    CourseFinished,
    IndustrySwitched,
    OpportunityFound,
    RoleEnded,
    RoleLike,
    RoleStarted,
    VisionDeclared,
)

COMMANDS_THAT_ASK = [
    ["show"],
    ["show", "--json"],
    ["history"],
    ["check"],
    ["explain", "network-growth"],
    ["series", "network-growth", "--since", "2024"],
    ["compare"],
]
COMMANDS_THAT_RECORD = [
    ["log", "course.finished", "title=SQL"],
    ["import", "resume.json"],
    ["demo"],
]
COMMANDS_THAT_RECORD[2] += ["--ledger", "career.ledger"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("CAREERLEDGER", raising=False)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    Path("resume.json").write_bytes(demo.resume())
    return tmp_path


@pytest.fixture
def run(capsys):
    """Run the command line; returns the exit code, what it printed, and what it complained."""

    def run(*arguments):
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def refused(run):
    """Run what must be refused; returns the one line that says why."""

    def refused(*arguments):
        code, out, err = run(*arguments)
        assert (2, "") == (code, out)
        assert err.startswith("careerledger: ")
        assert 1 == err.count("\n")
        return err.removeprefix("careerledger: ").rstrip("\n")

    return refused


def recorded(path="career.ledger"):
    with Ledger.open(path) as ledger:
        return [entry.event for entry in ledger]


# What it does


def test_the_demo_records_and_shows_the_headlines(run):
    code, out, err = run("demo")

    assert (0, "") == (code, err)
    assert "the résumé: 32 recorded, 0 amended, 0 already known" in out
    assert "left out $.references[0]" in out
    assert f"a made-up year: {len(demo.year())} recorded" in out
    for title in ("Vision alignment", "Network growth", "Milestone history"):
        assert f"{title}, {demo.AT}" in out
    assert "Stagnation" not in out
    assert "careerledger show all --ledger demo.ledger" in out
    assert not Path("career.ledger").exists()


def test_the_demo_again_records_nothing(run):
    run("demo")
    _, out, _ = run("demo")

    assert "the résumé: 0 recorded, 0 amended, 32 already known" in out
    assert f"a made-up year: 0 recorded, 0 amended, {len(demo.year())} already known" in out


def test_importing_twice_records_nothing_the_second_time(run):
    assert (0, "") == run("import", "resume.json")[::2]
    once = recorded()
    _, out, _ = run("import", "resume.json")

    assert "resume.json: 0 recorded, 0 amended, 32 already known" in out
    assert once == recorded()


def test_importing_a_file_that_changed_amends(run):
    run("import", "resume.json")
    resume = json.loads(demo.resume())
    resume["certificates"][0]["url"] = "https://example.org/another"
    Path("resume.json").write_text(json.dumps(resume))

    _, out, _ = run("import", "resume.json")

    assert "resume.json: 0 recorded, 1 amended, 31 already known" in out


def test_log_records_one_event_and_shows_it(run):
    code, out, err = run("log", "industry.switched", "on=2024-03", "from=a", "to=b", "why=c d")

    assert (0, "") == (code, err)
    assert "    1  2024-03     industry.switched     from=a  to=b  why=c d" in out
    assert [IndustrySwitched(on="2024-03", from_="a", to="b", why="c d")] == recorded()


def test_log_without_a_date_means_today(run):
    before = datetime.now(UTC).astimezone().date().isoformat()
    run("log", "course.finished", "title=SQL")
    after = datetime.now(UTC).astimezone().date().isoformat()

    assert before <= recorded()[0].on <= after


def test_history_lists_a_window_in_order(run):
    for on in ("2024-03", "2022", "2023-05-06", "2021-12-31"):
        run("log", "course.finished", f"title={on}", f"on={on}")

    def listed(*arguments):
        return [
            line.rpartition("title=")[2] for line in run("history", *arguments)[1].splitlines()[1:]
        ]

    assert ["2021-12-31", "2022", "2023-05-06", "2024-03"] == listed()
    assert ["2022", "2023-05-06"] == listed("--since", "2022", "--until", "2023-05")
    assert [] == listed("--since", "2025")


def test_show_names_one_projection_or_shows_all(run):
    run("demo")

    code, one, _ = run("show", "network-growth", "--ledger", "demo.ledger")
    _, every, _ = run("show", "--ledger", "demo.ledger")

    assert 0 == code
    assert ["Network growth"] == titles(one)
    assert ["Vision alignment", "Network growth", "Milestone history"] == titles(every)


def titles(out):
    return [line.split("─ ")[1].split(",")[0] for line in out.splitlines() if line.startswith("╭")]


def test_show_goes_back_on_both_clocks(run):
    run("log", "contact.made", "contact=jane", "name=Jane", "on=2020")

    assert "1 contact," in run("show", "network-growth")[1]
    assert "0 contacts," in run("show", "network-growth", "--at", "2019")[1]
    assert "0 contacts," in run("show", "network-growth", "--known-at", "2020-01-01T00:00+02:00")[1]
    assert "1 contact," in run("show", "network-growth", "--known-at", "2999-01-01T00:00Z")[1]


def test_show_json_is_what_the_views_say(run):
    run("demo")
    code, out, err = run("show", "--json", "--ledger", "demo.ledger", "--at", demo.AT.isoformat())
    views = json.loads(out)

    assert (0, "") == (code, err)
    assert ["vision-alignment", "network-growth", "milestone-history"] == list(views)
    assert "2026-04-30" == views["network-growth"]["at"]
    assert "Sofía Marín" in {tie["name"] for tie in views["network-growth"]["contacts"]}


def test_show_takes_any_projection_or_all(run):
    run("demo")

    _, one, _ = run("show", "job-or-career", "--ledger", "demo.ledger")
    code, every, err = run("show", "all", "--ledger", "demo.ledger")

    assert ["Job or career"] == titles(one)
    assert (0, "") == (code, err)
    assert [words(name) for name in projections.LIBRARY] == titles(every)


def words(name):
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()


def test_explain_shows_the_entries_that_make_a_number(run):
    run("log", "contact.made", "contact=jane", "name=Jane", "kind=peer", "on=2024-01-01")
    run("log", "contact.touched", "contact=jane", "depth=3", "on=2025-01-01")

    _, made, _ = run("explain", "network-growth", "--at", "2025-01-01")
    _, moved, _ = run("explain", "network-growth", "--between", "2024-01-01", "2025-01-01")
    _, active, _ = run("explain", "network-growth", "--of", "active")
    _, agency, _ = run("explain", "ownership")

    assert "Network growth: strength" in made
    assert made.index("#2") < made.index("#1")
    assert "2025-01-01 contact.touched" in made
    assert "fading" in moved
    assert "0.5         on 2024-01-01" in moved
    assert "Network growth: active" in active
    assert "start value" in agency


def test_explain_sums_up_what_it_does_not_list(run):
    for day in range(1, 21):
        run("log", "help.given", "contact=me", "what=x", f"on=2024-01-{day:02}")

    _, told, _ = run("explain", "momentum", "--of", "actions")

    assert "+8         8 more entries" in told


def test_series_shows_a_number_over_time(run):
    run("log", "contact.made", "contact=jane", "name=Jane", "kind=peer", "on=2024-02")

    code, told, err = run("series", "network-growth", "--since", "2024", "--until", "2024-06")
    _, active, _ = run(
        "series", "network-growth", "--of", "active", "--since", "2024", "--every", "year"
    )

    assert (0, "") == (code, err)
    assert ["date", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"] == [
        line.split()[0] for line in told.splitlines()[:-1]
    ]
    assert "█" * 20 in told
    assert "Active" in active.splitlines()[0]
    assert "2024-12-31" in active


def test_compare_lays_open_opportunities_side_by_side(run):
    with Ledger.open("career.ledger") as ledger:
        ledger.record(VisionDeclared(on="2024", vision="v", statement="Lead", themes={"lead": 1}))
        ledger.record(CourseFinished(on="2024", title="SQL", hours=400))
        ledger.record(
            OpportunityFound(
                on="2024",
                opportunity="beta",
                what="Team lead",
                themes={"lead"},
                role_like=RoleLike(title="Lead"),
            )
        )

    code, told, err = run("compare")

    assert (0, "") == (code, err)
    assert "as it is" in told
    assert "beta" in told
    assert "VisionAlignment.score" in told
    assert "(+" in told


def test_check_is_content_with_a_clean_ledger(run):
    run("log", "contact.made", "contact=jane", "name=Jane Doe", "on=2024-03")

    assert (0, "no findings in 1 entry\n", "") == run("check")


def test_check_is_content_with_notes(run):
    run("demo")

    code, out, err = run("check", "--ledger", "demo.ledger")

    assert (0, "") == (code, err)
    assert "findings in 123 entries" in out
    assert "error" not in out


def test_check_exits_with_1_if_it_finds_errors(run):
    with Ledger.open("career.ledger") as ledger:
        ledger.record(RoleStarted(on="2024", role="r", organisation="Acme", title="T"))
        ledger.record(RoleEnded(on="2023", role="r"))

    code, out, err = run("check")

    assert (1, "") == (code, err)
    assert "the role 'r' ended on 2023 (#2), before it started on 2024" in out
    assert "1 finding in 2 entries" in out


def test_an_empty_ledger_can_be_asked(run):
    Ledger.open("career.ledger").close()

    assert {0} == {run(*command)[0] for command in COMMANDS_THAT_ASK}


def test_the_environment_names_the_ledger(run, monkeypatch):
    monkeypatch.setenv("CAREERLEDGER", "mine.ledger")
    run("log", "course.finished", "title=SQL")
    monkeypatch.setenv("CAREERLEDGER", "")
    run("log", "course.finished", "title=Rust")

    assert ["SQL"] == [event.title for event in recorded("mine.ledger")]
    assert ["Rust"] == [event.title for event in recorded("career.ledger")]


@pytest.mark.parametrize("arguments", [[], ["log"], ["show"]], ids=" ".join)
def test_help_is_there(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--help"])

    assert 0 == left.value.code
    assert capsys.readouterr().out.startswith("usage: careerledger")


def test_it_runs_as_a_module(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["careerledger", "check"])

    with pytest.raises(SystemExit) as left:
        runpy.run_module("careerledger", run_name="__main__")

    assert 2 == left.value.code
    assert "there is no ledger career.ledger" in capsys.readouterr().err


# What it refuses


@pytest.mark.parametrize("command", COMMANDS_THAT_ASK, ids=" ".join)
def test_asking_a_missing_ledger_makes_none(refused, folder, command):
    before = set(folder.iterdir())

    refused(*command)
    assert before == set(folder.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nope"],
        ["show", "nope"],
        ["show", "--jso"],
        ["show", "--at", "2024-19"],
        ["history", "--since", "x"],
        ["history", "--until", ""],
        ["show", "--known-at", "yesterday"],
        ["show", "--known-at", "2024-01-01T12:00"],
        ["show", "--known-at", "0001-01-01T00:00+14:00"],
        ["log"],
        ["log", "course.finishd"],
        ["log", "course.finished"],
        ["log", "course.finished", "title=a", "hours=x"],
        ["import"],
        ["import", "nope.json"],
        ["import", "."],
    ],
    ids=lambda part: " ".join(part) if isinstance(part, list) else "",
)
def test_what_makes_no_sense_is_refused_before_anything_is_made(refused, folder, arguments):
    before = set(folder.iterdir())

    refused(*arguments)
    assert before == set(folder.iterdir())


def test_what_cannot_be_a_fact_is_refused(refused):
    refused("log", "course.finished", "title=a", "on=2999")
    refused("log", "contact.touched", "contact=jane")
    assert [] == recorded()


def test_impossible_date_is_reported_with_its_path(run):
    resume = json.loads(demo.resume())
    resume["work"][1]["startDate"] = "2014-19-39"
    Path("resume.json").write_text(json.dumps(resume))

    code, out, err = run("import", "resume.json")

    assert (2, "") == (code, out)
    assert "$.work[1].startDate" in err
    assert not Path("career.ledger").exists()


@pytest.mark.parametrize("command", [*COMMANDS_THAT_ASK, *COMMANDS_THAT_RECORD], ids=" ".join)
def test_a_file_that_is_no_ledger_is_left_alone(refused, command):
    Path("career.ledger").write_text("dear diary")

    refused(*command)
    assert "dear diary" == Path("career.ledger").read_text()


@pytest.mark.parametrize("command", [*COMMANDS_THAT_ASK, *COMMANDS_THAT_RECORD], ids=" ".join)
def test_a_folder_is_no_ledger(refused, command):
    Path("career.ledger").mkdir()

    refused(*command)
    assert Path("career.ledger").is_dir()


@pytest.mark.parametrize("command", COMMANDS_THAT_RECORD, ids=" ".join)
def test_a_ledger_in_a_missing_folder(refused, command):
    refused(*command, "--ledger", "no/such.ledger")
    assert not Path("no").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions bind users on POSIX")
@pytest.mark.parametrize("command", COMMANDS_THAT_RECORD, ids=" ".join)
def test_a_folder_that_cannot_be_written(refused, folder, command):
    (folder / "locked").mkdir(mode=0o500)

    assert "locked" in refused(*command, "--ledger", "locked/career.ledger")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_a_file_system_that_takes_no_files(refused):
    refused(*COMMANDS_THAT_RECORD[0], "--ledger", "/proc/career.ledger")


def test_a_name_longer_than_any_file_has(refused):
    refused("show", "--ledger", "a" * 300)


@pytest.mark.parametrize(
    "command", [["history"], ["check"], ["show"], *COMMANDS_THAT_RECORD], ids=" ".join
)
def test_without_rich_nothing_is_recorded_and_the_extra_is_named(refused, monkeypatch, command):
    Ledger.open("career.ledger").close()
    monkeypatch.delitem(sys.modules, "careerledger.report.tables", raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)

    assert "pip install 'careerledger[cli]'" in refused(*command)
    assert [] == recorded()


def test_without_rich_json_is_still_there(run, monkeypatch):
    Ledger.open("career.ledger").close()
    monkeypatch.delitem(sys.modules, "careerledger.report.tables", raising=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)

    code, out, _ = run("show", "--json", "network-growth")

    assert 0 == code
    assert ["network-growth"] == list(json.loads(out))


# Terminals, pipes and hostile text


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_no_line_of_a_table_is_wider_than_the_terminal(run, monkeypatch, columns):
    run("demo")
    monkeypatch.setenv("COLUMNS", str(columns))

    for command in ("show", "check"):
        out = run(command, "--ledger", "demo.ledger")[1]
        assert max(map(len, out.splitlines())) <= columns


@pytest.mark.parametrize("size", ["0", "-1", "²", "9" * 30, "9" * 5_000, "wide"])
def test_impossible_terminal_sizes_are_ignored(run, monkeypatch, size):
    run("demo")
    monkeypatch.setenv("COLUMNS", size)
    monkeypatch.setenv("LINES", size)

    code, out, complaint = run("show", "--ledger", "demo.ledger")
    assert (0, "") == (code, complaint)
    assert 80 == max(map(len, out.splitlines()))


def test_into_a_pipe_a_history_is_whole_and_without_colour(run):
    run("log", "course.finished", "title=" + "x" * 300)

    out = run("history")[1]

    assert "title=" + "x" * 300 in out
    assert "\x1b" not in out


def test_colours_can_be_asked_for_and_refused(run, monkeypatch):
    Ledger.open("career.ledger").close()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1m" in run("history")[1]

    run("log", "vision.declared", "vision=v", "statement=s", "themes=a:1")
    assert "\x1b[33m" in run("show")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[33m" not in run("show")[1]


NASTY = "\x1b[2J\u202e[red]evil[/red]\x9b1m"


@pytest.mark.parametrize("command", [*COMMANDS_THAT_ASK, ["show", "network-growth"]], ids=" ".join)
def test_hostile_names_reach_no_terminal(run, command):
    with Ledger.open("career.ledger", strict=False) as ledger:
        ledger.record(ContactMade(on="2024", contact=NASTY, name=NASTY, organisation=NASTY))
        ledger.record(CourseFinished(on="2024", title=NASTY, course=NASTY))

    out = run(*command)[1]

    assert {char for char in out if not char.isprintable()} <= {"\n"}


def test_hostile_words_reach_no_terminal(refused):
    for arguments in (
        ["log", NASTY],
        ["log", "course.finished", NASTY],
        ["show", "--ledger", NASTY],
        ["import", NASTY],
    ):
        assert refused(*arguments).isprintable()


def test_what_an_encoding_lacks_becomes_a_question_mark(monkeypatch, folder):
    with Path("out.txt").open("w", encoding="ascii") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert 0 == main(["log", "course.finished", "title=Café"])

    assert "title=Caf?" in Path("out.txt").read_text(encoding="ascii")


def test_any_stand_in_for_standard_output_will_do(monkeypatch):
    monkeypatch.setattr(sys, "stdout", StringIO())

    assert 0 == main(["log", "course.finished", "title=SQL"])
    assert "title=SQL" in sys.stdout.getvalue()


@pytest.mark.parametrize("command", COMMANDS_THAT_ASK, ids=" ".join)
def test_a_reader_who_leaves_is_no_error(monkeypatch, capsys, command):
    Ledger.open("career.ledger").close()
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert 141 == main(command)

    assert "" == capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("command", COMMANDS_THAT_ASK, ids=" ".join)
def test_output_that_cannot_be_written_is_an_error(monkeypatch, capsys, command):
    Ledger.open("career.ledger").close()
    with Path("/dev/full").open("w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        assert 2 == main(command)

    assert "No space left on device" in capsys.readouterr().err


def test_an_interrupt_ends_quietly(run, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(Ledger, "open", interrupted)

    assert (130, "", "") == run("log", "course.finished", "title=SQL")


# Trust


@pytest.fixture
def known(run):
    run("log", "contact.made", "contact=jane", "name=Jane Quixotic", "on=2024")
    run("log", "milestone.declared", "milestone=cto", "title=CTO at Beta", "on=2024-03")
    return run


def test_an_entry_is_amended_and_voided(known):
    code, out, _ = known("amend", "2", "title=CTO", "skills=sql,go", "--reason", "shorter")
    assert (0, True) == (code, "CTO" in out and "Beta" not in out)
    code, out, _ = known("void", "2", "--reason", "it was a dream")
    assert (0, "#4 voids #2\n") == (code, out)
    assert "CTO" not in known("history")[1]
    code, _, complaint = known("amend", "2", "title=CTO", "--reason", "no")
    assert (2, True) == (code, "cannot amend '2'" in complaint)
    code, _, complaint = known("void", "99", "--reason", "no")
    assert (2, True) == (code, "99" in complaint)
    code, _, complaint = known("void", "no-such-id", "--reason", "no")
    assert (2, True) == (code, "has the id 'no-such-id'" in complaint)
    code, _, complaint = known("void", "9" * 5_000, "--reason", "no")
    assert (2, True) == (code, "must not have more than 18 digits" in complaint)


def test_one_milestone_is_proved_to_someone_without_the_ledger(known):
    code, public, _ = known("key", "ada.example/career", "ada.key")
    assert (0, 0o600) == (code, Path("ada.key").stat().st_mode & 0o777)
    assert 2 == known("key", "ada.example/career", "ada.key")[0]
    code, checkpoint, _ = known("checkpoint", "--key", "ada.key")
    assert (0, ["ada.example/career", "2"]) == (code, checkpoint.split("\n")[:2])
    Path("checkpoint").write_text(checkpoint)
    code, proof, _ = known("prove", "2", "--checkpoint", "checkpoint")
    assert 0 == code
    Path("cto.tlog-proof").write_text(proof)
    for more in ([], ["--checkpoint", "checkpoint"]):
        code, out, _ = known("verify-proof", "cto.tlog-proof", "--key", public.strip(), *more)
        assert (0, True) == (code, '"title": "CTO at Beta"' in out)
        assert "This is entry #2 of the 2 in the ledger of ada.example/career." in out
    Path("cto.tlog-proof").write_text(proof.replace("index 1", "index 0"))
    code, _, complaint = known("verify-proof", "cto.tlog-proof", "--key", public.strip())
    assert (2, True) == (code, "does not lead to this checkpoint" in complaint)
    known("log", "skill.practised", "skill=sql")
    code, out, _ = known("verify", "--since", "checkpoint", "--key", public.strip())
    assert (0, True) == (code, out.startswith("entries verified: 3\nroot hash: "))
    Path("checkpoint").write_bytes(b"\xff")
    code, _, complaint = known("verify", "--since", "checkpoint")
    assert (2, True) == (code, "checkpoint is not a text file" in complaint)


def test_proof_discloses_others_on_request(known):
    public = known("key", "ada", "ada.key")[1].strip()
    Path("checkpoint").write_text(known("checkpoint", "--key", "ada.key")[1])
    for more, shown in (([], False), (["--disclose"], True)):
        Path("p").write_text(known("prove", "1", "--checkpoint", "checkpoint", *more)[1])
        assert shown == ("Quixotic" in known("verify-proof", "p", "--key", public)[1])


def test_a_person_is_shown_and_forgotten(known):
    code, out, _ = known("subject", "contact", "jane")
    assert (0, "Jane Quixotic") == (code, json.loads(out)[0]["event"]["name"])
    code, out, _ = known("forget", "contact", "jane", "--reason", "asked to")
    assert (0, "contact 'jane' is forgotten (entry #3)\n") == (code, out)
    assert "Quixotic" not in known("subject", "contact", "jane")[1]
    assert b"Quixotic" not in Path("career.ledger").read_bytes()


def test_a_ledger_is_carried(known):
    assert 0 == known("export", "all.jsonl")[0]
    assert 2 == known("export", "all.jsonl")[0]
    code, out, _ = known("import", "all.jsonl", "--ledger", "other.ledger")
    assert (0, "all.jsonl: 2 recorded\n") == (code, out)
    assert 0 == known("backup", "backup.ledger")[0]
    histories = {
        known("history", "--ledger", name)[1]
        for name in ("career.ledger", "other.ledger", "backup.ledger")
    }
    assert 1 == len(histories)


def test_what_a_damaged_file_holds_is_saved(known):
    code, out, _ = known("recover", "saved.ledger")
    assert (0, "saved.ledger holds 2 entries of ledger 'career'\n") == (code, out)
    content = Path("career.ledger").read_bytes()
    Path("career.ledger").write_bytes(content.replace(b"CTO at Beta", b"CEO at Beta"))
    code, _, told = known("verify")
    assert (2, True) == (
        code,
        told.endswith("to save the undamaged entries: careerledger recover NEW --ledger FILE\n"),
    )
    code, out, _ = known("recover", "again.ledger")
    assert (1, True) == (code, "lost: #2 of ledger 'career'" in out)


def test_where_nothing_can_be_saved_no_saving_is_proposed(known):
    Path("career.ledger").write_bytes(b"x" * 5_000)
    code, _, told = known("recover", "saved.ledger")
    assert (2, True) == (code, "could be saved; restore it from a backup\n" in told)
    assert "undamaged" not in told


def test_all_saved_ledgers_are_listed(known):
    with Ledger.open("career.ledger", name="other") as other:
        other.record(CourseFinished(on="2024", title="Logic"))
    assert [
        "saved.ledger holds 2 entries of ledger 'career'",
        "saved.ledger holds 1 entry of ledger 'other'",
    ] == known("recover", "saved.ledger")[1].splitlines()
