"""Every Python block of README and docs runs, and the docs name every event."""

import re
from pathlib import Path
from types import ModuleType

import attrs
import pytest

from careerledger.events import Action, catalogue, load_catalogue

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


def test_the_docs_name_every_event_with_every_field() -> None:
    load_catalogue()
    page = (ROOT / "docs" / "events.md").read_text()
    shared = {field.name for field in attrs.fields(Action)} - {"themes"}
    for cls in catalogue:
        if not cls.__module__.startswith("careerledger."):
            continue
        row = re.search(rf"^\| `{re.escape(cls.__event__.name)}` .*$", page, re.MULTILINE)
        assert row is not None, cls.__event__.name
        own = {field.name for field in attrs.fields(cls)} - shared
        if issubclass(cls, Action) and cls.__module__ != "careerledger.events.vision":
            own -= {"themes"}
        missing = {name for name in own if f"`{name}`" not in row[0]}
        assert set() == missing - {"themes"}, cls.__event__.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target
