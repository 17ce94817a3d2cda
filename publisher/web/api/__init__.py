"""The interface for machines: /api/v1/…, with a bearer key instead of a session."""

from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, TypeVar

from flask import Blueprint, Response, g, jsonify, request
from pydantic import BaseModel

from publisher import tokens
from publisher.model import Account, ApiToken, Person
from publisher.refusal import Missing, NotAllowed, Refused, Stale
from publisher.security import RIGHTS
from publisher.web.context import reading, writing
from publisher.web.guard import permission
from publisher.words import _

api = Blueprint("api", __name__, url_prefix="/api/v1")
View = TypeVar("View", bound=Callable[..., Any])


def bearer(
    right: str, *, query: Mapping[str, str] = MappingProxyType({}), takes: type[BaseModel] | None = None
) -> Callable[[View], View]:
    """Open a view to a key whose person has a right; `g.key` then holds the key's row, `g.keeper` the person.

    A missing or unknown key answers 401, a right that is missing 403; nothing is told about which keys there are.
    `query` (name → OpenAPI format) and `takes` (the JSON body) say for /openapi.json what the view can be asked.
    """

    def guarded(view: View) -> View:
        @permission("key")
        @wraps(view)
        def answer(*arguments: Any, **values: Any) -> Any:
            kind, _space, key = request.headers.get("Authorization", "").partition(" ")
            found = None
            if kind.lower() == "bearer" and key:
                with reading() as session:
                    found = tokens.find(session, key.strip())
            if found is None:
                return _unauthorised()
            row, person = found
            if right not in {held for role in person.roles for held in RIGHTS[role.name]}:
                return jsonify(error=_("Khóa này không có quyền dùng phần này.")), 403
            _note_use(row)
            g.key, g.keeper = row, person
            return view(*arguments, **values)

        answer.right, answer.query, answer.takes = right, query, takes  # type: ignore[attr-defined]  # read by description
        return answer  # type: ignore[return-value]  # wraps keeps the view's signature

    return guarded


def _unauthorised() -> tuple[Response, int]:
    answer = jsonify(error=_("Thiếu khóa hoặc khóa không còn dùng được: hãy gửi Authorization: Bearer <khóa>."))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer, 401


def _note_use(row: ApiToken) -> None:
    if tokens.stale(row):
        with writing() as session:
            tokens.used(session, row.id)


def keeper(session: Any) -> Person:
    """Return the key's person, loaded in this session with the roles of this moment."""
    person: Person = session.get_one(Person, g.keeper.id)
    return person


def within(account: Account) -> Account:
    """Return a station if the key may reach it; a key for one station answers `Missing` for any other."""
    if g.key.account_id is not None and g.key.account_id != account.id:
        raise Missing(_("Không có đài số {number} trong phần việc của khóa này.").format(number=account.id))
    return account


@api.errorhandler(Refused)
def refused(error: Refused) -> tuple[Response, int]:
    """Answer a refusal as JSON with the status that pages use."""
    status = 403 if isinstance(error, NotAllowed) else 404 if isinstance(error, Missing) else 422
    return jsonify(error=error.message, field=error.field), 409 if isinstance(error, Stale) else status


# Below the blueprint, since they put their views on it.
from publisher.web.api import description, radio  # noqa: E402

__all__ = ["api", "bearer", "description", "keeper", "radio", "within"]
