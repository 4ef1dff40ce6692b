"""A room of the catalogue is loaded when something in it is asked for."""

import compileall
import os
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from careerledger import _loading, events, projections
from strategies import CORRECTIONS, FACTS


def python(source, **environment):
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return done.stdout.split()


LOADED = (
    "import sys; print(*sorted(n for n in sys.modules if n.startswith('careerledger.events.')))"
)


def test_importing_events_loads_no_room():
    needed = ["base", "fields", "ids", "meta", "plain", "rules"]

    assert [f"careerledger.events.{name}" for name in needed] == python(
        f"import careerledger.events; {LOADED}"
    )


def test_asking_for_a_class_loads_its_room():
    loaded = python(f"from careerledger.events import ContactMade; {LOADED}")

    assert "careerledger.events.network" in loaded
    assert "careerledger.events.vision" not in loaded


def test_the_whole_catalogue_is_loaded_for_a_name():
    assert [str(len(FACTS) + len(CORRECTIONS))] == python(
        "from careerledger import events; from careerledger.journal import converter; converter.find_class('no.such'); print(events.catalogue.size)"
    )


def test_every_event_and_every_part_of_one_is_public():
    events.load_catalogue()
    mine = {cls.__name__ for cls in events.catalogue if cls.__module__.startswith("careerledger.")}

    assert mine | {"RoleLike", "RoleId", "Text", "Touch"} <= set(events.__all__) <= set(dir(events))
    assert all(getattr(events, name) is not None for name in events.__all__)


def test_a_star_import_has_every_event():
    assert ["CourseFinished"] == python(
        "from careerledger.events import *; print(CourseFinished.__name__)"
    )


@pytest.mark.parametrize("package", ["events", "projections", "answers", "proofs", "testing"])
def test_each_name_is_that_of_its_module(package):
    """What type checkers are told is what there is."""
    room = import_module(f"careerledger.{package}")
    public = [name for name in room.__all__ if not isinstance(getattr(room, name), ModuleType)]
    for name, module in _loading._imports(room.__name__):
        if name != "*":
            assert getattr(import_module(module), name) is getattr(room, name)
            assert name in public
    assert public == sorted(public)


def test_type_checkers_see_every_projection():
    listed = {name for name, _ in _loading._imports("careerledger.projections")}
    assert {*projections.LIBRARY, "LIBRARY"} == listed


@pytest.mark.parametrize("package", ["events", "projections", "answers", "proofs"])
def test_names_are_found_without_sources_too(package, tmp_path):
    """As in a program that was frozen: all modules of the package are asked."""
    here = Path(_loading.__file__).parent
    shutil.copytree(here, tmp_path / "careerledger", ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(tmp_path, legacy=True, quiet=1)
    for source in tmp_path.rglob("*.py"):
        source.unlink()
    name = {"events": "CourseFinished", "projections": "Learning", "answers": "Finding"}
    wanted = name.get(package, "Checkpoint")
    source = (
        f"import careerledger; assert careerledger.__file__.endswith('.pyc')\n"
        f"from careerledger.{package} import {wanted}; print({wanted}.__name__)\n"
        "from careerledger.projections import LIBRARY; print(len(LIBRARY))\n"
        f"import careerledger.{package} as p; print(hasattr(p, 'nothing'))"
    )
    assert [wanted, "15", "False"] == python(source, PYTHONPATH=str(tmp_path))


def test_no_other_name_is_there():
    with pytest.raises(AttributeError):
        _ = events.CourseBegun
