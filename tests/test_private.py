"""What has an underscore is used by its own package alone."""

import ast
from pathlib import Path

import pytest

import careerledger

HOME = Path(careerledger.__file__).parent


def module_of(path: Path) -> str:
    parts = path.relative_to(HOME.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def package_of(path: Path) -> str:
    return ".".join(path.relative_to(HOME.parent).parent.parts)


MODULES = {module_of(path): path for path in HOME.rglob("*.py")}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def home_of(module: str) -> str:
    """The package whose private names a module may hold."""
    path = MODULES[module]
    return package_of(path)


def foreign(path: Path) -> list[str]:
    """The private names of other packages that a file uses."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    here = package_of(path)
    found: list[str] = []
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in MODULES:
                    modules[alias.asname or alias.name] = inner
                private = [part for part in inner.split(".") if is_private(part)]
                owner = node.module if not is_private(node.module.rpartition(".")[2]) else here
                if is_private(alias.name):
                    owner = home_of(node.module)
                elif private:
                    owner = inner.partition(f".{private[0]}")[0]
                if private and not f"{here}.".startswith(f"{owner}."):
                    found.append(inner)
    return found + [
        f"{modules[node.value.id]}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in modules
        and is_private(node.attr)
        and not f"{here}.".startswith(f"{home_of(modules[node.value.id])}.")
    ]


@pytest.mark.parametrize("name", sorted(MODULES))
def test_no_private_name_of_another_package_is_used(name: str) -> None:
    assert [] == foreign(MODULES[name])


@pytest.mark.parametrize(
    "source",
    [
        "from careerledger.proofs._base64 import encoded",
        "from careerledger.proofs import _base64",
        "from careerledger.testing._laws import consumed_classes",
        "from careerledger.projections.base import _consumed",
        "from careerledger.projections import base\nbase._consumed",
    ],
)
def test_such_a_use_would_be_noticed(source: str, tmp_path: Path, monkeypatch) -> None:
    path = HOME / "journal" / "made_up.py"
    monkeypatch.setattr(Path, "read_text", lambda self, **_: source)
    assert [] != foreign(path)


@pytest.mark.parametrize(
    "source",
    ["from careerledger._loading import on_demand", "from careerledger.journal.write import _x"],
)
def test_private_names_within_a_package_are_allowed(source: str, monkeypatch) -> None:
    monkeypatch.setattr(Path, "read_text", lambda self, **_: source)
    assert [] == foreign(HOME / "journal" / "made_up.py")
