"""Careers of many people behind a web service: FastAPI around one store, a ledger for each person.

Needs FastAPI. What it does when run is to ask itself, without a network, as two people would.

    pip install fastapi
    python examples/web.py
    pip install uvicorn && cd examples && uvicorn --factory web:create_app    # to serve it

Who asks is taken from the header ``X-User``. That is no login: put it behind a proxy that sets
the header, or replace ``user_of`` with your own.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import attrs
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from careerledger import (
    CareerLedgerError,
    Entry,
    Ledger,
    event_from_dict,
    event_to_dict,
    projections,
)
from careerledger.errors import (
    ConflictError,
    IntroducedTwiceError,
    KeyReusedError,
    StoreError,
    UnknownEntryError,
)
from careerledger.events import Action
from careerledger.stores.sqlite import SQLiteStore

STATUS: dict[type[CareerLedgerError], int] = {
    UnknownEntryError: 404,
    ConflictError: 409,
    IntroducedTwiceError: 409,
    KeyReusedError: 409,
    CareerLedgerError: 422,
}
"""What each error means to a client; the first that fits."""


class Fact(BaseModel):
    """An event as JSON: its type, and its fields as ``{"on": "2024", "title": "SQL"}``."""

    model_config = ConfigDict(extra="forbid")

    type: str
    event: dict[str, Any]
    key: str | None = None

    def read(self) -> Action:
        """The event; CodecError where it cannot be one."""
        return event_from_dict({"type": self.type, "event": self.event})


class Reason(BaseModel):
    """Why an entry is corrected."""

    reason: str


def user_of(x_user: Annotated[str, Header(min_length=1, max_length=100)]) -> str:
    """Whose career it is."""
    return x_user


def ledger_of(request: Request, user: Annotated[str, Depends(user_of)]) -> Ledger:
    """The ledger of whoever asks, and no other: made for each request, over the one store."""
    return Ledger(request.app.state.store, name=user)


Career = Annotated[Ledger, Depends(ledger_of)]


def shown(entry: Entry[Any]) -> dict[str, Any]:
    """What a client gets to see of an entry."""
    return {"id": entry.id, "seq": entry.seq, **event_to_dict(entry.event)}


def create_app(path: str | Path = "careers.ledger") -> FastAPI:
    """The service over the careers in a SQLite file, which is made on first use."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        # Opened here and not before, so that each worker process has a store of its own.
        app.state.store = SQLiteStore(path)
        yield
        app.state.store.close()

    app = FastAPI(title="Careers", lifespan=lifespan)

    @app.exception_handler(CareerLedgerError)
    async def refuse(_: Request, error: CareerLedgerError) -> JSONResponse:
        if isinstance(error, StoreError):  # not the client's fault, and it names our files
            return JSONResponse({"detail": "the careers cannot be reached now"}, 503)
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        return JSONResponse({"detail": str(error)}, status)

    # Plain functions, not async ones: FastAPI runs each in a thread, and threads may share a store.

    @app.post("/entries", status_code=201)
    def record(career: Career, fact: Fact, expect: int | None = None) -> dict[str, Any]:
        return shown(career.record(fact.read(), key=fact.key, expect=expect))

    @app.post("/entries/{entry_id}/void", status_code=201)
    def void(career: Career, entry_id: str, body: Reason) -> dict[str, int]:
        return {"seq": career.void(entry_id, reason=body.reason).seq}

    @app.get("/projections/{name}")
    def project(career: Career, name: str, at: str | None = None) -> dict[str, Any]:
        if name not in projections.LIBRARY:
            raise HTTPException(404, f"there is no projection {name!r}")
        view: dict[str, Any] = career.project(getattr(projections, name), at=at).to_dict()
        return view

    @app.get("/findings")
    def findings(career: Career, at: str | None = None) -> list[dict[str, Any]]:
        return [attrs.asdict(finding) for finding in career.check(at=at)]

    @app.post("/comparisons")
    def compare(career: Career, futures: dict[str, list[Fact]]) -> dict[str, Any]:
        events = {name: [fact.read() for fact in facts] for name, facts in futures.items()}
        return career.compare(events or None).to_dict()  # none: the open opportunities

    return app


async def ask(app: FastAPI, user: str, request: str, body: object = None) -> tuple[int, Any]:
    """A request such as ``"GET /findings"`` as a server would hand it to the app."""
    method, _, path = request.partition(" ")
    headers = [(b"x-user", user.encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": headers,
    }
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message: Any) -> None:
        said.append(message)

    await app(scope, receive, send)
    return said[0]["status"], json.loads(b"".join(part.get("body", b"") for part in said))


async def demonstrate(app: FastAPI) -> None:
    """Two people use the service; neither sees the other's career."""
    vision = {"on": "2024", "vision": "cto", "statement": "CTO", "themes": {"lead": 1}}
    course = {"on": "2024-03", "title": "Budgets", "hours": 42, "themes": ["lead"]}
    steps: list[tuple[str, str, object]] = [
        ("ada", "POST /entries", {"type": "vision.declared", "event": vision}),
        ("ada", "POST /entries", {"type": "course.finished", "event": course}),
        ("ada", "POST /entries", {"type": "course.finished", "event": {**course, "hours": -1}}),
        ("ada", "POST /entries", {"type": "vision.declared", "event": vision}),
        ("ada", "GET /projections/VisionAlignment", None),
        ("grace", "GET /projections/VisionAlignment", None),
        ("grace", "GET /projections/Horoscope", None),
    ]
    async with app.router.lifespan_context(app):
        for user, request, body in steps:
            status, answer = await ask(app, user, request, body)
            told = answer.get("detail") or {k: answer[k] for k in ("seq", "score") if k in answer}
            print(f"{user:<6} {request:<33} {status}  {told}")


def main() -> None:
    """Show the service at work, over a file that is gone afterwards."""
    with TemporaryDirectory() as folder:
        asyncio.run(demonstrate(create_app(Path(folder, "careers.ledger"))))


if __name__ == "__main__":
    main()
