"""Serve the careers of many people: FastAPI, one store, one ledger per person.

Run as a script, it plays the requests of two people without a network.

    pip install fastapi
    python examples/web.py
    pip install uvicorn && cd examples && uvicorn --factory web:create_app    # serve it

The header ``X-User`` names the person. It is not a login: put the service behind a proxy that sets
the header, or replace ``user_of``.
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
"""HTTP status by error class; the first match counts."""


class Fact(BaseModel):
    """An event as JSON: its type, and its fields as ``{"on": "2024", "title": "SQL"}``."""

    model_config = ConfigDict(extra="forbid")

    type: str
    event: dict[str, Any]
    key: str | None = None

    def read(self) -> Action:
        """Return the event. Raises CodecError if the fields do not fit the type."""
        return event_from_dict({"type": self.type, "event": self.event})


class Reason(BaseModel):
    """The reason for a correction."""

    reason: str


def user_of(x_user: Annotated[str, Header(min_length=1, max_length=100)]) -> str:
    """Return the name of the person who asks."""
    return x_user


def ledger_of(request: Request, user: Annotated[str, Depends(user_of)]) -> Ledger:
    """Return the ledger of this person, a new object per request over the shared store."""
    return Ledger(request.app.state.store, name=user)


Career = Annotated[Ledger, Depends(ledger_of)]


def shown(entry: Entry[Any]) -> dict[str, Any]:
    """Return the fields of an entry that a client sees."""
    return {"id": entry.id, "seq": entry.seq, **event_to_dict(entry.event)}


def create_app(path: str | Path = "careers.ledger") -> FastAPI:
    """Return the service for the careers in a SQLite file, created on first use."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None, None]:
        # Open the store here, so that each worker process has its own.
        app.state.store = SQLiteStore(path)
        yield
        app.state.store.close()

    app = FastAPI(title="Careers", lifespan=lifespan)

    @app.exception_handler(CareerLedgerError)
    async def refuse(_: Request, error: CareerLedgerError) -> JSONResponse:
        if isinstance(error, StoreError):  # a server error; its message names our files
            return JSONResponse({"detail": "the careers cannot be reached now"}, 503)
        status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
        return JSONResponse({"detail": str(error)}, status)

    # Plain functions, not async: FastAPI runs each in a thread, and threads may share a store.

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
        return career.compare(
            events or None
        ).to_dict()  # no futures: compare the open opportunities

    return app


async def ask(app: FastAPI, user: str, request: str, body: object = None) -> tuple[int, Any]:
    """Send a request such as ``"GET /findings"`` to the app, and return status and answer."""
    method, _, path = request.partition(" ")
    headers = [(b"x-user", user.encode()), (b"content-type", b"application/json")]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": headers,
    }
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode()}

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    body_bytes = b"".join(message.get("body", b"") for message in messages)
    return messages[0]["status"], json.loads(body_bytes)


async def demonstrate(app: FastAPI) -> None:
    """Print the requests of two people; neither sees the other's career."""
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
            summary = answer.get("detail") or {
                k: answer[k] for k in ("seq", "score") if k in answer
            }
            print(f"{user:<6} {request:<33} {status}  {summary}")


def main() -> None:
    """Run the demonstration with a temporary file."""
    with TemporaryDirectory() as folder:
        asyncio.run(demonstrate(create_app(Path(folder, "careers.ledger"))))


if __name__ == "__main__":
    main()
