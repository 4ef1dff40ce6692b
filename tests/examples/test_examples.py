"""Every example runs as a reader would run it, and the web service keeps careers apart."""

import csv
import importlib.util
import os
import subprocess
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from careerledger import Ledger
from careerledger.events import CourseFinished, VisionDeclared

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run(tmp_path):
    """Run an example as a script in an empty folder."""

    def run(name, *arguments):
        return subprocess.run(
            [sys.executable, "-W", "error", EXAMPLES / name, *arguments],
            cwd=tmp_path,
            env={**os.environ, "PYTHONUTF8": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def printed(run):
    """What an example prints, which must end well and complain of nothing."""

    def printed(name, *arguments):
        done = run(name, *arguments)
        assert (0, "") == (done.returncode, done.stderr)
        return done.stdout

    return printed


def test_every_example_is_tested_and_documented():
    """A new example joins this file and the README."""
    names = {path.name for path in EXAMPLES.glob("*.py")}
    assert {"five_years.py", "custom_event.py", "analysis.py", "web.py"} == names
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert all(f"]({name})" in readme for name in names)


def test_five_years_become_a_career(printed):
    """From two practices to five, with the corrections made and the late fact in its place."""
    out = printed("five_years.py")
    assert "2 of 7 practices are alive (network, reflection); pick up vision next" in out
    assert "5 of 7 practices are alive (vision, network, challenge, purpose, reflection)" in out
    assert "finished 'Power Systems' after 140 hours" in out
    assert 1 == out.count("was at the Grid Days")
    assert out.index("was at the Grid Days") < out.index("2024-12-01  became Team lead")
    assert "overdue  Speak at E-World" in out
    assert "Her values say: head of grid software at Enervia." in out


def test_five_years_do_not_depend_on_the_day_or_the_place(printed, monkeypatch):
    """The clock is set by hand, all questions have a date, and no set's order shows."""
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    first = printed("five_years.py")
    monkeypatch.setenv("PYTHONHASHSEED", "2")
    monkeypatch.setenv("TZ", "Pacific/Pago_Pago")
    assert first == printed("five_years.py")


def test_the_file_of_an_older_program_is_read_and_another_half_life_fades_less(printed):
    """Version 1 had one field where version 2 has two."""
    out = printed("custom_event.py")
    assert "2024-02-10  tidepool 1.0.0  (written as version 1)" in out
    assert "2026-04-03  lantern 1.1.0  (written as version 2)" in out
    short, long = out.split("with a half-life of two years")
    assert " 3%" in short
    assert "44%" in long
    assert "stale-vision: " in out
    assert "oss.breaking-without-major: lantern 1.1.0 (#5)" in out


def test_the_analysis_makes_a_demo_where_no_file_is_given(printed, tmp_path):
    """And leaves no file behind."""
    out = printed("analysis.py")
    assert "2026-04-30   7.96 of 12      45%  #########" in out
    assert "analytics           496.0   325.0" in out
    assert [] == list(tmp_path.iterdir())


def test_the_analysis_reads_a_file_and_writes_a_csv_without_formulas(printed, tmp_path):
    """A theme may come from anyone; a spreadsheet must not run it, nor a terminal obey it."""
    with Ledger.open(tmp_path / "ada.ledger") as ledger:
        ledger.record(VisionDeclared(on="2024", vision="v", statement="…", themes={"eco": 1}))
        for number, theme in enumerate(["=1+1", "+1", "-1", "@A1", "eco", "\x1b[31m"], start=1):
            ledger.record(CourseFinished(on="2024-03", title="A", hours=number, themes={theme}))
        ledger.record(CourseFinished(on="2025", title="B", hours=0.5, themes={"eco"}))
    out = printed("analysis.py", "ada.ledger", "--at", "2025-12-31", "--csv", "hours.csv")
    assert "\x1b" not in out
    assert "eco                   5.0     0.5" in out
    with (tmp_path / "hours.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert ["year", "theme", "hours"] == head
    assert {"'=1+1", "'+1", "'-1", "'@A1", "eco", "\x1b[31m"} == {theme for _, theme, _ in rows}
    assert ["2025", "eco", "0.5"] == rows[-1]


def test_the_analysis_makes_no_ledger_of_a_mistyped_name(run, tmp_path):
    """It complains in a line, and so it does about a file that is something else."""
    (tmp_path / "notes.txt").write_text("not a ledger " * 100)
    for name, complaint in (("aad.ledger", "there is no file"), ("notes.txt", "notes.txt")):
        done = run("analysis.py", name)
        assert 2 == done.returncode
        assert complaint in done.stderr.splitlines()[-1]
    assert ["notes.txt"] == [path.name for path in tmp_path.iterdir()]


# The web service


@pytest.fixture
def web(monkeypatch):
    """The module of the web service."""
    pytest.importorskip("fastapi", reason="examples/web.py needs FastAPI: pip install fastapi")
    spec = importlib.util.spec_from_file_location("example_web", EXAMPLES / "web.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def client(web, tmp_path):
    """A client of the service over a new file."""
    pytest.importorskip("httpx", reason="the test client needs it: pip install httpx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # newer test clients would rather have httpx2
        from fastapi.testclient import TestClient
    with TestClient(web.create_app(tmp_path / "careers.ledger")) as client:
        yield client


@pytest.fixture
def say(client):
    """Send what a person says: status and answer."""

    def say(user, request, body=None, **query):
        method, _, path = request.partition(" ")
        answer = client.request(method, path, json=body, params=query, headers={"X-User": user})
        return answer.status_code, answer.json()

    return say


def fact(type_, **fields):
    return {"type": type_, "event": fields}


VISION = fact("vision.declared", on="2024", vision="cto", statement="CTO", themes={"lead": 1})
COURSE = fact("course.finished", on="2024-03", title="Budgets", hours=42, themes=["lead"])


def test_the_service_shows_itself(printed):
    """Run as a script, it needs FastAPI alone."""
    pytest.importorskip("fastapi", reason="examples/web.py needs FastAPI: pip install fastapi")
    out = printed("web.py")
    assert "ada    GET /projections/VisionAlignment  200  {'score': 1.0}" in out
    assert "grace  GET /projections/VisionAlignment  200  {'score': None}" in out


def test_nobody_sees_another_s_career(say):
    """Not by asking, nor by its ids: each may use the same, and correct only their own."""
    status, entry = say("ada", "POST /entries", VISION)
    assert (201, 1) == (status, entry["seq"])
    _, course = say("ada", "POST /entries", COURSE)
    assert 1.0 == say("ada", "GET /projections/VisionAlignment", at="2024")[1]["score"]
    assert None is say("grace", "GET /projections/VisionAlignment", at="2024")[1]["score"]

    linked = fact("course.finished", on="2024-03", title="Budgets", toward={"cto": 1})
    status, refusal = say("grace", "POST /entries", linked)
    assert (422, "unknown") == (status, refusal["detail"].split()[0])

    status, _ = say("grace", f"POST /entries/{course['id']}/void", {"reason": "not mine"})
    assert 404 == status
    assert 201 == say("grace", "POST /entries", VISION)[0]
    assert 1.0 == say("ada", "GET /projections/VisionAlignment", at="2024")[1]["score"]

    status, _ = say("ada", f"POST /entries/{course['id']}/void", {"reason": "never happened"})
    assert 201 == status
    assert None is say("ada", "GET /projections/VisionAlignment", at="2024")[1]["score"]


def test_careers_outlive_the_service(web, client, say, tmp_path):
    """They are in the file, under the person's name."""
    say("ada", "POST /entries", COURSE)
    with Ledger.open(tmp_path / "careers.ledger", name="ada") as ledger:
        assert ["Budgets"] == [entry.event.title for entry in ledger.entries()]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (fact("course.finished", on="2024", title="A", hours=-1), "hours of CourseFinished is -1"),
        (fact("course.finished", on="2024"), "title"),
        (fact("course.finished", on="2024", titel="A"), "titel"),
        (fact("course.finished", on="soon", title="A"), "'soon' is not a date"),
        (fact("course.finished", on="9999", title="A"), "lies in the future"),
        (fact("course.eaten", on="2024"), "no event type 'course.eaten'"),
        (fact("entry.voided", target="1", reason="x"), "only ledger.void and ledger.amend"),
        (fact("contact.touched", on="2024", contact="jnae"), "jnae"),
        (
            fact("opportunity.found", on="2024", opportunity="o", what="w", role_like={"x": 1}),
            "at $.event.role_like",
        ),
        (
            fact("opportunity.found", on="2024", opportunity="o", what="w", role_like={"title": 1}),
            "at $.event.role_like.title",
        ),
    ],
)
def test_what_cannot_be_a_fact_is_unprocessable(say, body, told):
    """With the library's own words, and nothing is recorded."""
    status, refusal = say("ada", "POST /entries", body)
    assert 422 == status
    assert told in refusal["detail"]
    assert 201 == say("ada", "POST /entries", COURSE, expect=0)[0]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET /projections/Horoscope", 404),
        ("GET /projections/fold", 404),
        ("GET /projections/Goals?at=someday", 422),
        ("GET /findings?at=2024-13", 422),
        ("GET /findings?at=2024-12", 200),
    ],
)
def test_questions_that_make_no_sense(say, request_, status):
    """A projection that is none is not found, a date that is none cannot be processed."""
    path, _, at = request_.partition("?at=")
    assert status == say("ada", path, **({"at": at} if at else {}))[0]


def test_conflicts(say):
    """An id that is taken, a key with other content, and a ledger that grew meanwhile."""
    assert 201 == say("ada", "POST /entries", VISION)[0]
    assert 409 == say("ada", "POST /entries", VISION)[0]

    keyed = {**COURSE, "key": "my course"}
    first, again = say("ada", "POST /entries", keyed), say("ada", "POST /entries", keyed)
    assert first == again
    other = {**fact("course.finished", on="2024", title="Other"), "key": "my course"}
    assert 409 == say("ada", "POST /entries", other)[0]

    assert 409 == say("ada", "POST /entries", COURSE, expect=1)[0]
    assert 201 == say("ada", "POST /entries", COURSE, expect=2)[0]


def test_a_request_must_say_who_asks(client):
    """And may say no more than the body has room for."""
    assert 422 == client.get("/findings").status_code
    assert 422 == client.get("/findings", headers={"X-User": ""}).status_code
    stray = {**COURSE, "user": "grace"}
    assert 422 == client.post("/entries", json=stray, headers={"X-User": "ada"}).status_code


def test_findings_and_futures(say):
    """What looks wrong, what two futures would do, and the opportunities that are open."""
    say("ada", "POST /entries", VISION)
    goal = fact("goal.set", on="2024-01", goal="talk", title="Give a talk", due="2024-06")
    say("ada", "POST /entries", goal)
    status, found = say("ada", "GET /findings", at="2024-07")
    assert (200, ["overdue-goal"]) == (status, [finding["code"] for finding in found])
    assert (200, []) == say("grace", "GET /findings")

    weld = fact("course.finished", on="2024-04", title="Welding", hours=10, themes=["craft"])
    status, compared = say("ada", "POST /comparisons", {"learn": [COURSE], "weld": [weld]})
    assert 200 == status
    score = {future["name"]: future["effects"][0]["value"] for future in compared["futures"]}
    assert {"as it is": None, "learn": 1.0, "weld": 0.0} == score
    assert 422 == say("ada", "POST /comparisons", {"as it is": [COURSE]})[0]
    assert None is say("ada", "GET /projections/VisionAlignment")[1]["score"]

    offer = fact(
        "opportunity.found",
        on="2024-05",
        opportunity="lead",
        what="To lead",
        role_like={"title": "Lead"},
        themes=["lead"],
    )
    assert 201 == say("ada", "POST /entries", offer)[0]
    _, compared = say("ada", "POST /comparisons", {})
    assert ["as it is", "lead"] == [future["name"] for future in compared["futures"]]


def test_requests_at_the_same_time(say):
    """Each gets a number of its own in the ledger of whoever sent it."""
    with ThreadPoolExecutor(4) as threads:
        answers = list(
            threads.map(
                lambda n: say(
                    ("ada", "grace")[n % 2],
                    "POST /entries",
                    fact("course.finished", on="2024", title=f"Course {n}"),
                ),
                range(20),
            )
        )
    assert {201} == {status for status, _ in answers}
    for mine in (answers[0::2], answers[1::2]):
        assert list(range(1, 11)) == sorted(entry["seq"] for _, entry in mine)


def test_a_store_that_fails_is_not_the_client_s_fault(client, say):
    """The answer names no file of ours."""
    client.app.state.store.close()
    status, refusal = say("ada", "POST /entries", COURSE)
    assert (503, "the careers cannot be reached now") == (status, refusal["detail"])
