"""Words that record: log, import, demo; and the file in which they record."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from careerledger import Ledger, demo
from careerledger.events import ChallengeResolved, CourseFinished, IndustrySwitched


def test_log_records_one_event_and_echoes_it_whole(output, recorded):
    out = output("log", "industry.switched", "on=2024-03", "from=a", "to=b", "why=" + "c d " * 99)

    assert out == f'#1 industry.switched on=2024-03 from=a to=b why="{"c d " * 99}"\n'
    assert [IndustrySwitched(on="2024-03", from_="a", to="b", why="c d " * 99)] == recorded()


def test_log_echoes_a_typed_value_that_equals_its_default(output):
    assert output("log", "gathering.attended", "name=PyCon", "kind=other", "on=2024") == (
        "#1 gathering.attended on=2024 name=PyCon kind=other\n"
    )


def test_log_takes_several_values_by_repeating_a_field(output, recorded):
    output("log", "challenge.taken", "challenge=c", "title=x", "difficulty=3", "on=2024")
    lessons = ["Plan first, then cut", "Ask early"]
    output(
        "log", "challenge.resolved", "challenge=c", "outcome=met", "on=2024-05",
        *[f"lessons={lesson}" for lesson in lessons], "toward=", "themes=a, b",
    )  # fmt: skip

    assert recorded()[1] == ChallengeResolved(
        on="2024-05", challenge="c", outcome="met", lessons=lessons, themes={"a, b"}, toward={}
    )


def test_log_warns_of_a_value_that_looks_like_a_list(run):
    status, _, err = run("log", "course.finished", "title=a,b", "skills=sql,go", "themes=x, y")

    assert (0, 1) == (status, err.count("\n"))
    assert "skills has one value, 'sql,go'" in err
    assert "skills=sql skills=go" in err


def test_log_without_a_date_means_today(output, recorded):
    before = datetime.now(UTC).astimezone().date().isoformat()
    output("log", "course.finished", "title=SQL")
    after = datetime.now(UTC).astimezone().date().isoformat()

    assert before <= recorded()[0].on <= after


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["course.finishd"], "did you mean 'course.finished'?"),
        (["course.finished"], "needs title=…"),
        (["course.finished", "titel=a"], "did you mean 'title'?"),
        (["course.finished", "title=a", "title=b"], "title of course.finished is given twice"),
        (["course.finished", "title=a", "hours=x"], "hours of course.finished is 'x'; it must be a number"),
        (["course.finished", "title=a", "toward=cto"], "write it as name:value"),
        (["course.finished", "title=a", "toward=cto:x"], "each of its values must be a number"),
        (["course.finished", "title=a", "initiative=me"], "'self', 'asked', 'assigned'"),
        (["course.finished", "title=a", "on=2999"], "which lies in the future"),
        (["contact.touched", "contact=jane"], "nothing introduced it"),
        (["opportunity.found", "opportunity=a", "what=b", "role_like.titel=c"], "'role_like.titel'"),
        (["course.finished", "title=a", "hours=" + "9" * 5_000], "it must be"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value)[:60],
)  # fmt: skip
def test_log_refuses_invalid_fields_in_the_words_of_the_command(refused, recorded, words, reason):
    message = refused("log", *words)

    assert reason in message
    assert not {"None", "strict", "CourseFinished", "Error"} & set(message.split())
    assert [] == recorded()


# Questions


def test_log_asks_a_person_for_required_fields(run, person, recorded):
    person("", "2024-05-06", "SQL")
    status, out, err = run("log", "course.finished")

    assert 0 == status
    assert "title" in err
    assert out.startswith("#1 course.finished")
    assert ["2024-05-06"] == [event.title for event in recorded()]


def test_log_asks_again_after_an_invalid_answer(run, person, recorded):
    person("nope", "confidence.rated", "data", "high", "0.5")
    status, _, err = run("log")

    assert 0 == status
    assert "there is no event type 'nope'" in err
    assert "level of confidence.rated is 'high'; it must be a number" in err
    assert [0.5] == [event.level for event in recorded()]


def test_log_asks_for_several_values_until_an_empty_answer(run, person, recorded):
    person("v", "Lead", "climate:2", "lead, then rest:1", "")
    assert 0 == run("log", "vision.declared")[0]

    assert [{"climate": 2, "lead, then rest": 1}] == [event.themes for event in recorded()]


def test_a_person_who_leaves_records_nothing(run, person, recorded):
    person("SQL")
    assert 130 == run("log", "confidence.rated")[0]
    assert [] == recorded()


def test_nobody_is_asked_without_a_terminal(refused):
    assert "missing argument 'TYPE'" in refused("log")
    assert "needs title=…" in refused("log", "course.finished")


# Importing


def test_demo_records_and_shows_the_headlines(run):
    status, out, err = run("demo")

    assert (0, "careerledger: created the ledger file demo.ledger\n") == (status, err)
    assert "the résumé (resume): 33 new\n" in out
    assert f"a made-up year: {len(demo.year())} recorded" in out
    for title in ("Vision alignment", "Network growth", "Milestone history"):
        assert f"{title}, {demo.AT}" in out
    assert "careerledger show all --ledger demo.ledger" in out

    _, out, _ = run("demo")
    assert "the résumé (resume): 33 known\n" in out


def test_importing_twice_records_nothing_the_second_time(output, recorded):
    output("import", "resume.json")
    once = recorded()

    assert "resume.json (resume): 33 known\n" in output("import", "resume.json")
    assert once == recorded()


def edited():
    """Edit the résumé: a link changes, and an end is no date."""
    resume = json.loads(demo.resume())
    resume["certificates"][0]["url"] = "https://example.org/another"
    resume["work"][1]["endDate"] = "2014-19-39"
    Path("resume.json").write_text(json.dumps(resume))


def test_importing_a_changed_file_shows_what_changes(output, recorded):
    output("import", "resume.json")
    once = recorded()
    edited()
    out = output("import", "resume.json", "--dry-run")

    assert "1 changed, 31 known, 1 reopened\n" in out
    assert "\n  changed #" in out
    assert "left out $.work[1].endDate: '2014-19-39' is not a date" in out
    assert once == recorded()
    assert out == output("import", "resume.json", "--yes")
    assert 32 == len(recorded())


def test_a_dry_run_or_a_file_of_no_format_creates_no_ledger(output, refused):
    out = output("import", "resume.json", "--dry-run", "--ledger", "new.ledger")

    assert "33 new" in out
    assert "is of no known format" in refused("import", "/dev/null", "--ledger", "new.ledger")
    assert not Path("new.ledger").exists()
    Path("x.jsonl").touch()
    assert "no plan to show" in refused("import", "x.jsonl", "--dry-run")


def test_plan_of_an_import_is_shown_as_json(output):
    output("import", "resume.json")
    edited()
    plan = json.loads(output("import", "resume.json", "--json"))

    assert (1, 31, 1) == (plan["changed"], plan["known"], plan["reopened"])
    assert {"state", "type", "key", "entry", "fields", "reason"} == set(plan["items"][0])
    assert {"path", "value", "reason"} == set(plan["left_out"][0])


def test_import_asks_a_person_before_it_records(run, person, recorded):
    person("n")
    assert 130 == run("import", "resume.json")[0]
    assert [] == recorded()
    person("y")
    assert 0 == run("import", "resume.json")[0]
    assert 33 == len(recorded())


def test_undo_takes_back_a_command_and_brings_it_back(output, refused, recorded):
    output("log", "course.finished", "title=SQL")
    output("import", "resume.json")
    out = output("undo")

    assert "batch 2 is undone, which changes 33 entries; 'careerledger undo 35'" in out
    assert 1 == len(recorded())
    output("undo", "35", "--reason", "not a mistake")
    assert 34 == len(recorded())
    output("undo", "--source", "resume")
    output("undo", "1")
    assert [] == recorded()
    assert "no batch left to undo" in refused("undo")
    assert "a batch or a source, not both" in refused("undo", "1", "--source", "resume")


# The file


def test_the_default_is_the_file_in_this_folder(output, recorded):
    output("log", "course.finished", "title=SQL")

    assert ["SQL"] == [event.title for event in recorded()]


def test_the_default_is_in_the_data_folder_otherwise(run, output, folder, recorded):
    Path("career.ledger").unlink()
    kept = folder / "data/careerledger/career.ledger"
    status, _, err = run("log", "course.finished", "title=SQL")

    assert (0, f"careerledger: created the ledger file {kept}\n") == (status, err)
    assert ["SQL"] == [event.title for event in recorded(kept)]
    assert "SQL" in output("history")
    if os.name == "posix":
        assert 0o700 == kept.parent.stat().st_mode & 0o777
        assert 0o600 == kept.stat().st_mode & 0o777


def test_the_environment_names_the_file(run, monkeypatch, recorded):
    monkeypatch.setenv("CAREERLEDGER", "mine.ledger")
    run("log", "course.finished", "title=SQL")
    monkeypatch.setenv("CAREERLEDGER", "")
    run("log", "course.finished", "title=Rust")

    assert ["SQL"] == [event.title for event in recorded("mine.ledger")]
    assert ["Rust"] == [event.title for event in recorded("career.ledger")]


def test_a_new_file_and_a_new_ledger_are_announced(run):
    words = ["log", "course.finished", "title=SQL", "--ledger", "team.ledger", "--name"]

    assert "created the ledger file team.ledger" in run(*words, "ada")[2]
    assert "created the ledger 'bob' in team.ledger, beside 'ada'" in run(*words, "bob")[2]
    assert "" == run(*words, "bob")[2]
    with Ledger.open("team.ledger", name="bob") as ledger:
        assert 2 == len(ledger)


def test_a_refused_event_creates_no_ledger_beside_others(run):
    run("log", "course.finished", "title=SQL", "--name", "ada")
    _, _, err = run("log", "contact.touched", "contact=jane", "--name", "bob")

    assert "created" not in err
    assert "ada  1 entry\n" == run("ledgers")[1]


WORDS_THAT_RECORD = [
    ["log", "course.finished", "title=SQL"],
    ["import", "resume.json"],
    ["demo"],
]


@pytest.mark.parametrize("words", WORDS_THAT_RECORD, ids=" ".join)
def test_a_missing_folder_is_not_created(refused, words):
    refused(*words, "--ledger", "no/such.ledger")
    assert not Path("no").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions bind users on POSIX")
@pytest.mark.parametrize("words", WORDS_THAT_RECORD, ids=" ".join)
def test_a_folder_that_cannot_be_written_is_named(refused, folder, words):
    (folder / "locked").mkdir(mode=0o500)

    assert "locked" in refused(*words, "--ledger", "locked/career.ledger")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
def test_a_file_system_that_takes_no_files_is_refused(refused):
    refused(*WORDS_THAT_RECORD[0], "--ledger", "/proc/career.ledger")


@pytest.mark.parametrize("words", WORDS_THAT_RECORD, ids=" ".join)
def test_a_file_that_is_not_a_ledger_is_left_alone(refused, words):
    Path("diary.txt").write_text("dear diary")

    refused(*words, "--ledger", "diary.txt")
    refused(*words, "--ledger", ".")
    assert "dear diary" == Path("diary.txt").read_text()


def test_an_event_of_all_fields_shows_as_it_was_typed(output):
    typed = 'opportunity=o what="a b" role_like.title=Lead role_like.level=4 themes=x'
    output("log", "opportunity.found", "opportunity=o", "what=a b", "role_like.title=Lead",
           "role_like.level=4", "themes=x", "on=2024")  # fmt: skip

    assert typed in output("history")


def test_log_and_recorded_agree_on_a_course(output, recorded):
    output("log", "CourseFinished", "title=SQL", "hours=1.5", "on=2024")

    assert [CourseFinished(on="2024", title="SQL", hours=1.5)] == recorded()
