"""A room of the catalogue is loaded when something in it is asked for."""

import subprocess
import sys

import pytest

from careerledger import events
from strategies import CORRECTIONS, FACTS


def python(source):
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


LOADED = (
    "import sys; print(*sorted(n for n in sys.modules if n.startswith('careerledger.events.')))"
)


def test_importing_events_loads_no_room():
    """But corrections, which every history needs."""
    needed = ["base", "correction", "fields", "meta", "plain", "rules"]

    assert [f"careerledger.events.{name}" for name in needed] == python(
        f"import careerledger.events; {LOADED}"
    )


def test_asking_for_a_class_loads_its_room():
    loaded = python(f"from careerledger.events import ContactMade; {LOADED}")

    assert "careerledger.events.network" in loaded
    assert "careerledger.events.vision" not in loaded


def test_the_whole_catalogue_is_loaded_for_a_name():
    assert [str(len(FACTS) + len(CORRECTIONS))] == python(
        "from careerledger import events; from careerledger.journal import codec; codec.find_class('no.such'); print(events.catalogue.size)"
    )


@pytest.mark.parametrize("name", events.__all__)
def test_every_public_name_is_there(name):
    assert getattr(events, name) is not None
    assert name in dir(events)


def test_every_event_is_public():
    events.load_catalogue()
    mine = {cls.__name__ for cls in events.catalogue if cls.__module__.startswith("careerledger.")}

    assert mine <= set(events.__all__)
    assert mine == {
        name
        for name, value in ((name, getattr(events, name)) for name in events.__all__)
        if hasattr(value, "__event__")
    }


def test_no_other_name_is_there():
    with pytest.raises(
        AttributeError, match=r"module 'careerledger.events' has no attribute 'CourseBegun'"
    ):
        events.CourseBegun  # noqa: B018 - the access is what is tested
