"""Words that answer: show, explain, series, compare, history, entry, check, ledgers."""

import json
import re
from pathlib import Path

import pytest

from careerledger import Ledger, demo, projections
from careerledger.events import (
    CourseFinished,
    OpportunityFound,
    RoleEnded,
    RoleLike,
    RoleStarted,
    VisionDeclared,
)

WORDS_THAT_ASK = [
    ["show"],
    ["show", "--json"],
    ["history"],
    ["explain", "network-growth"],
    ["series", "network-growth", "--since", "2024"],
    ["compare"],
]


def titles(out):
    return [line.split("─ ")[1].split(",")[0] for line in out.splitlines() if line.startswith("╭")]


def title_of(name):
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()


def test_show_takes_one_projection_or_all(run, output):
    run("demo")

    def shown(*names):
        return titles(output("show", *names, "--ledger", "demo.ledger"))

    assert ["Vision alignment", "Network growth", "Milestone history"] == shown()
    assert ["Job or career"] == shown("job-or-career")
    assert [title_of(name) for name in projections.LIBRARY] == shown("all")


def test_show_goes_back_on_both_clocks(output):
    output("log", "contact.made", "contact=jane", "name=Jane", "on=2020")

    assert "1 contact," in output("show", "network-growth")
    assert "0 contacts," in output("show", "network-growth", "--at", "2019")
    for instant, contacts in (("2020-01-01T00:00+02:00", "0 "), ("2999-01-01T00:00Z", "1 ")):
        assert contacts in output("show", "network-growth", "--known-at", instant).splitlines()[1]


def test_show_prints_views_as_json(run, output):
    run("demo")
    views = json.loads(output("show", "--json", "--ledger", "demo.ledger", "--at", "2026-04-30"))

    assert ["vision-alignment", "network-growth", "milestone-history"] == list(views)
    assert "2026-04-30" == views["network-growth"]["at"]
    assert "Sofía Marín" in {tie["name"] for tie in views["network-growth"]["contacts"]}


def test_explain_lists_the_entries_behind_a_number(output):
    output("log", "contact.made", "contact=jane", "name=Jane", "kind=peer", "on=2024-01-01")
    output("log", "contact.touched", "contact=jane", "depth=3", "on=2025-01-01")

    number = output("explain", "network-growth", "--at", "2025-01-01")
    change = output("explain", "network-growth", "--between", "2024-01-01", "2025-01-01")

    assert "Network growth: strength" in number
    assert number.index("#2") < number.index("#1")
    assert "2025-01-01 contact.touched" in number
    assert "fading" in change
    assert "0.5         on 2024-01-01" in change
    assert "Network growth: active" in output("explain", "network-growth", "--of", "active")
    assert "start value" in output("explain", "ownership")


def test_explain_sums_up_the_entries_that_it_does_not_list(output):
    for day in range(1, 21):
        output("log", "help.given", "contact=me", "what=x", f"on=2024-01-{day:02}")

    assert "+8         8 more entries" in output("explain", "momentum", "--of", "actions")


def test_explain_names_the_numbers_of_a_projection(refused):
    message = refused("explain", "network-growth", "--of", "friends")

    assert "network-growth has no 'friends'; use --of with one of its numbers: 'active'" in message
    assert "function" not in message


def test_series_shows_a_number_over_time(output):
    output("log", "contact.made", "contact=jane", "name=Jane", "kind=peer", "on=2024-02")

    months = output("series", "network-growth", "--since", "2024", "--until", "2024-06")
    years = output(
        "series", "network-growth", "--of", "active", "--since", "2024", "--every", "year"
    )

    assert ["date", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"] == [
        line.split()[0] for line in months.splitlines()[:-1]
    ]
    assert "█" * 20 in months
    assert "Active" in years.splitlines()[0]
    assert "2024-12-31" in years


def test_compare_lays_open_opportunities_side_by_side(output):
    with Ledger.open("career.ledger") as ledger:
        ledger.record(VisionDeclared(on="2024", vision="v", statement="Lead", themes={"lead": 1}))
        ledger.record(CourseFinished(on="2024", title="SQL", hours=400, themes={"data"}))
        role = RoleLike(title="Lead")
        ledger.record(
            OpportunityFound(
                on="2024", opportunity="beta", what="x", themes={"lead"}, role_like=role
            )
        )

    out = output("compare")

    assert "as it is" in out
    assert "beta" in out
    assert "Vision alignment: score" in out
    assert "(+" in out


def test_numbers_are_in_plain_digits(output):
    """Also those with more than four digits, and small ones."""
    with Ledger.open("career.ledger") as ledger:
        ledger.record(CourseFinished(on="2015", title="x", hours=98_765.4))
        ledger.record(CourseFinished(on="2015", title="y", hours=0.0001))
        ledger.record(VisionDeclared(on="2015", vision="v", statement="s", themes={"a": 1}))
        ledger.record(RoleStarted(on="1990", role="r", organisation="o", title="t", level=3))
        role = RoleLike(title="Lead", level=4)
        ledger.record(OpportunityFound(on="2024", opportunity="z", what="z", role_like=role))

    for words in (
        ["show", "all"],
        ["compare"],
        ["explain", "learning", "--of", "hours"],
        ["explain", "stagnation", "--of", "structural"],
        ["series", "stagnation", "--of", "structural", "--since", "2000", "--every", "year"],
        ["history"],
    ):
        assert not re.search(r"\de[+-]\d", output(*words)), words


# History and entries


@pytest.fixture
def corrected(output):
    """A ledger with an amended, a voided and a forgotten entry."""
    output("log", "contact.made", "contact=jane", "name=Jane Quixotic", "on=2024")
    output("log", "milestone.declared", "milestone=cto", "title=CTO at Beta", "on=2024-03")
    output("log", "course.finished", "title=Sourdough", "on=2024-04")
    output("amend", "2", "title=CTO", "--reason", "shorter")
    output("void", "3", "--reason", "it was a dream")
    output("forget", "contact", "jane", "--reason", "she asked")
    return output


def test_history_lists_a_window_in_order(output):
    for on in ("2024-03", "2022", "2023-05-06", "2021-12-31"):
        output("log", "course.finished", f"title={on}", f"on={on}")
    output("void", "2", "--reason", "x")

    def listed(*arguments):
        lines = output("history", *arguments).splitlines()[1:]
        return [line.rpartition("title=")[2] for line in lines if "title=" in line]

    assert ["2021-12-31", "2022", "2023-05-06", "2024-03"] == listed()
    assert ["2022", "2023-05-06"] == listed("--since", "2022", "--until", "2023-05")
    assert [] == listed("--since", "2025")


def test_history_shows_corrections_and_their_reasons(corrected):
    lines = [line[:5] + re.sub(r" on \d{4}-\d\d-\d\d", "", line[5:]) for line in
             corrected("history").splitlines()]  # fmt: skip

    assert lines[1].endswith("contact=jane name=forgotten")
    assert lines[2].endswith("milestone=cto title=CTO")
    assert lines[3].strip() == "#4 amended it: shorter"
    assert lines[4].endswith("title=Sourdough")
    assert lines[5].strip() == "#5 voided it: it was a dream"
    assert lines[6].strip() == "#6 erased the personal data of contact 'jane': she asked"


def test_entry_shows_what_was_recorded_and_what_became_of_it(corrected):
    amended = corrected("entry", "2")
    with Ledger.open("career.ledger") as ledger:
        id_ = ledger.entry(2).id

    assert amended.startswith("#2 milestone.declared on=2024-03\n  milestone=cto\n")
    assert f"id {id_}" in amended
    assert re.search(r"#4 amended #2 on \d{4}-\d\d-\d\d: shorter", amended)
    assert '  - title="CTO at Beta"\n  + title=CTO\n' in amended
    assert amended == corrected("entry", id_)
    assert ": it was a dream" in corrected("entry", "3")
    assert ": she asked" in corrected("entry", "1")


def test_entry_shows_a_correction(corrected):
    assert "amended #2" in corrected("entry", "4")
    assert "voided #3" in corrected("entry", "5")
    assert "erased the personal data of contact 'jane'" in corrected("entry", "6")


def test_entry_shows_a_change_of_date(output):
    output("log", "course.finished", "title=SQL", "on=2024")
    output("amend", "1", "on=2023", "--reason", "wrong year")

    assert "  - on=2024\n  + on=2023\n" in output("entry", "1")


@pytest.mark.parametrize("entry", ["0", "99", "-1", "no-such-id", "", "9" * 5_000, "²"])
def test_an_unknown_entry_is_refused(refused, entry):
    words = [["entry"], ["void", "--reason", "x"], ["amend", "--reason", "x"]]
    for word, *options in words:
        message = refused(word, *options, "--", entry, *(["hours=1"] if word == "amend" else []))
        assert len(message) < 200


# Checking


def test_check_finds_nothing_in_a_clean_ledger(output):
    output("log", "contact.made", "contact=jane", "name=Jane Doe", "on=2024-03")

    assert "no findings in 1 entry\n" == output("check")


def test_check_succeeds_with_notes(run):
    run("demo")
    status, out, err = run("check", "--ledger", "demo.ledger")

    assert (0, "") == (status, err)
    assert "findings in 124 entries" in out


def test_check_exits_with_1_if_it_finds_errors(run):
    with Ledger.open("career.ledger", strict=False) as ledger:
        ledger.record(RoleStarted(on="2024", role="r", organisation="Acme", title="T"))
        ledger.record(RoleEnded(on="2024", role="unknown"))

    status, out, err = run("check")

    assert (1, "") == (status, err)
    assert "unknown" in out
    assert "1 finding in 2 entries" in out


def test_findings_are_in_the_words_of_the_command(output, monkeypatch):
    output("log", "role.started", "role=r", "organisation=o", "title=t", "on=2019")
    output("log", "role.ended", "role=r", "on=2020")
    output("log", "credential.awarded", "credential=c", "name=t", "on=2019", "expires=2020")
    monkeypatch.setenv("COLUMNS", "200")
    out = output("check")

    assert not re.search(r"\b[A-Z][a-z]+[A-Z]\w+|\[", out)
    assert "record reflection.written with about=r" in out
    assert "record credential.awarded" in out


# Missing ledgers and wrong arguments


@pytest.mark.parametrize("words", WORDS_THAT_ASK, ids=" ".join)
def test_an_empty_ledger_can_be_asked(output, words):
    output(*words)


@pytest.mark.parametrize("words", [*WORDS_THAT_ASK, ["check"]], ids=" ".join)
def test_a_missing_ledger_is_not_created(refused, folder, words):
    Path("career.ledger").unlink()
    before = set(folder.iterdir())

    assert "there is no ledger" in refused(*words)
    assert "there is no ledger no.ledger" in refused(*words, "--ledger", "no.ledger")
    assert before == set(folder.iterdir())


@pytest.mark.parametrize("option", ["--name", "--at", "--known-at", "--ledger", "--nope"])
def test_an_overlong_argument_is_shortened_in_the_message(refused, option):
    assert len(refused("show", option, "9" * 5_000)) < 1_000


@pytest.mark.parametrize("words", [*WORDS_THAT_ASK, ["check"]], ids=" ".join)
def test_a_file_that_is_not_a_ledger_is_left_alone(refused, words):
    Path("diary.txt").write_text("dear diary")

    refused(*words, "--ledger", "diary.txt")
    refused(*words, "--ledger", ".")
    refused(*words, "--ledger", "a" * 300)
    assert "dear diary" == Path("diary.txt").read_text()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["shwo"], "did you mean 'show'?"),
        (["show", "netwrk-growth"], "did you mean 'network-growth'?"),
        (["explain", "nope"], "there is no projection 'nope'; choose from "),
        (["show", "--jso"], "did you mean --json?"),
        (["--ledger", "x", "show"], "write options after it"),
        (["show", "--at", "2024-19"], "is not a date"),
        (["history", "--since", "x"], "is not a date"),
        (["history", "--until", ""], "is not a date"),
        (["show", "--known-at", "yesterday"], "is not an instant"),
        (["show", "--known-at", "2024-01-01T12:00"], "is not an instant"),
        (["show", "--known-at", "0001-01-01T00:00+14:00"], "is not an instant"),
        (["explain", "learning", "--at", "2024", "--between", "2023", "2024"], "exclude each other"),
        (["explain", "learning", "--between", "2024", "2023"], "earlier date first"),
        (["series", "learning"], "missing option '--since'"),
        (["series", "learning", "--since", "2024", "--every", "hour"], "'day', 'week'"),
        (["show", "one", "two"], "there is no projection 'one'"),
        (["import", "nope.json"], "cannot be read"),
        (["import", "."], "is of no known format"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)  # fmt: skip
def test_wrong_arguments_get_one_line_of_help(refused, words, reason):
    assert reason in refused(*words)


def test_the_demo_is_the_same_at_any_date(run, output):
    run("demo")
    out = output("show", "--ledger", "demo.ledger", "--at", demo.AT.isoformat())

    assert f"Network growth, {demo.AT}" in out
