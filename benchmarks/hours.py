"""The simple projection that every contender computes: hours by theme."""

from datetime import date

from careerledger.events import Action
from careerledger.projections import on, projection


@projection("benchmarks.hours")
class Hours:
    hours: dict[str, float] = {}

    @on(Action)
    def add(self, event: Action) -> None:
        spent = event.hours
        if spent:
            hours = self.hours
            for theme in event.themes:
                hours[theme] = hours.get(theme, 0.0) + spent

    def view(self, _at: date) -> dict[str, float]:
        return dict(self.hours)
