"""Every Python block of README and docs runs, and generated pages match the code."""

import re
import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

from careerledger.testing import LawBroken
from strategies import CORRECTIONS, FACTS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text())


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=lambda page: page.name)
def test_python_blocks_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run them one after another in one module and an empty folder, as a reader pastes them."""
    monkeypatch.chdir(tmp_path)
    module = ModuleType(f"page_{page.stem}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    text = page.read_text()
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start(1))
        code = compile("\n" * line + match[1], str(page), "exec")
        exec(code, vars(module))


def test_readme_shows_both_commands_and_then_ten_lines_of_python() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme.index("make demo") < readme.index("make test") < readme.index("```python")
    assert 10 == len(blocks(ROOT / "README.md")[0].replace("\n\n", "\n").splitlines())


def test_page_of_events_matches_the_classes() -> None:
    """If it fails: python docs/events.py."""
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    assert page == runpy.run_path(str(ROOT / "docs" / "events.py"))["page"](page)
    for cls in FACTS + CORRECTIONS:
        assert f"\n### {cls.__name__}: `{cls.__event__.name}`\n" in page


def test_tables_of_the_kit_match_the_code() -> None:
    """If it fails: python docs/testing.py."""
    script = runpy.run_path(str(ROOT / "docs" / "testing.py"))
    for name in script["PAGES"]:
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == script["page"](name)
    for name, lines in script["tables"]().items():
        assert len(lines) > 10, name


def test_shown_failure_is_what_the_kit_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its code runs, and its text is the message, with other line ends."""
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    shown = page[page.index("careerledger.testing.LawBroken: ") :].partition("```")[0]
    module = ModuleType("test_courses")
    monkeypatch.setitem(sys.modules, "test_courses", module)
    buggy = next(
        code for code in blocks(ROOT / "docs" / "testing.md") if "class LastCourse" in code
    )
    exec(f"from careerledger.projections import on, projection\n{buggy}", vars(module))
    exec("from careerledger.testing import laws\nTestLastCourse = laws(LastCourse)", vars(module))
    exec(shown[shown.index("from careerledger.events") :], vars(module))

    with pytest.raises(LawBroken) as broken:
        vars(module)["test_recording_order_of_last_course"]()

    assert shown.split() == ["careerledger.testing.LawBroken:", *str(broken.value).split()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_pages_and_headings_exist(page: Path) -> None:
    for file, heading in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text()):
        target = page.parent / file if file else page
        assert target.exists(), file
        assert not heading or heading in headings(target), f"{file}#{heading}"


def headings(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
