"""Projections whose states are saved.

pytest rewrites the asserts of test modules, so the code of a projection there has no known source.
"""

from careerledger.events import ContactMade, ContactTouched, CourseFinished
from careerledger.projections import on, projection


@projection("tests.names")
class Names:
    """The names of all contacts, in the state and so in its snapshots."""

    names: dict[str, str] = {}

    @on(ContactMade)
    def meet(self, event):
        self.names[event.contact] = event.name

    @on(ContactTouched)
    def touch(self, event):
        pass

    def view(self, at):
        return tuple(self.names.values())


@projection("tests.courses")
class Courses:
    """The number of courses."""

    number: int = 0

    @on(CourseFinished)
    def count(self, event):
        self.number += 1

    def view(self, at):
        return self.number
