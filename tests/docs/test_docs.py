"""Every Python block of README and docs runs, and the docs name every event."""

import re
import runpy
from pathlib import Path
from types import ModuleType

import pytest

from strategies import CORRECTIONS, FACTS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text())


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=lambda page: page.name)
def test_the_blocks_of_a_page_run_one_after_another(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one module and one empty folder, as a reader would paste them."""
    monkeypatch.chdir(tmp_path)
    module = ModuleType(f"page_{page.stem}")
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    text = page.read_text()
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start(1))
        code = compile("\n" * line + match[1], str(page), "exec")
        exec(code, vars(module))


def test_the_readme_has_both_commands_and_then_ten_lines_of_python() -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme.index("make demo") < readme.index("make test") < readme.index("```python")
    assert 10 == len(blocks(ROOT / "README.md")[0].replace("\n\n", "\n").splitlines())


def test_the_page_of_events_is_what_the_classes_say() -> None:
    """If it is not: python docs/events.py."""
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    assert page == runpy.run_path(str(ROOT / "docs" / "events.py"))["page"](page)
    for cls in FACTS + CORRECTIONS:
        assert f"\n### {cls.__name__}: `{cls.__event__.name}`\n" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
