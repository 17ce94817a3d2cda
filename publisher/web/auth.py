"""Signing in and out, and changing one's password."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from publisher import audit, security
from publisher.model import Person
from publisher.refusal import Refused
from publisher.web.context import installation, me, reading, writing
from publisher.web.forms import form
from publisher.web.guard import permission
from publisher.words import _

auth = Blueprint("auth", __name__)


class SignedIn(UserMixin):  # type: ignore[misc]  # flask_login is untyped
    """The signed-in person as the session knows them; rights are read from the database at each request."""

    def __init__(self, person: Person) -> None:
        self.person_id = person.id
        self.name = person.name
        self.email = person.email
        self.must_change_password = person.must_change_password
        self.rights = {right for role in person.roles for right in security.RIGHTS[role.name]}
        self._number = person.session_number

    def get_id(self) -> str:
        return f"{self.person_id}:{self._number}"


def prepare(app: Flask) -> None:
    """Register the loader of sessions: closing a person or changing a password ends their sessions at once."""
    manager = LoginManager(app)
    manager.session_protection = None  # offices change networks; the session cookie is bound by time instead

    def _load(identity: str) -> SignedIn | None:
        number, _colon, session_number = identity.partition(":")
        try:
            with reading() as db:
                known = number.isdecimal()
                person = db.get(Person, int(number), options=[joinedload(Person.roles)]) if known else None
        except OperationalError:
            # The error page asks who is reading, too: raising again there would leave no page at all.
            g.database_away = True
            return None
        if person is None or not person.active or str(person.session_number) != session_number:
            return None
        return SignedIn(person)

    manager.user_loader(_load)


@auth.get("/login")
@permission("public")
def login() -> Response | str:
    """Show the sign-in form."""
    if current_user.is_authenticated:
        return redirect(_inside(request.args.get("next", "")))
    return render_template("login.html", email="", error="", next=request.args.get("next", ""))


@auth.post("/login")
@permission("public")
def login_post() -> Response | tuple[str, int] | str:
    """Sign in; a failure shows the same sentence whatever was wrong."""
    sent = form(one=("email", "password", "next"))
    try:
        person = security.sign_in(installation().world.db, sent["email"], sent["password"], request.remote_addr or "")
    except Refused as error:
        return render_template("login.html", email=sent["email"], error=error.message, next=sent["next"]), 422
    session.clear()  # a session made before the sign-in is not carried over
    session.permanent = True
    login_user(SignedIn(person))
    return redirect(_inside(sent["next"]))


@auth.post("/logout")
@permission("signed_in")
def logout() -> Response:
    """Sign out."""
    logout_user()
    session.clear()
    return redirect(url_for("auth.login"))


@auth.get("/mat-khau")
@permission("signed_in")
def password() -> str:
    """Show the form for a new password."""
    return render_template("password.html", error="")


@auth.post("/mat-khau")
@permission("signed_in")
def password_post() -> Response | tuple[str, int]:
    """Change one's own password; every other session of the person ends."""
    sent = form(one=("old", "new", "again"))
    try:
        if sent["new"] != sent["again"]:
            raise Refused(_("Hai lần nhập mật khẩu mới không giống nhau."), "again")
        security.sign_in(installation().world.db, current_user.email, sent["old"], request.remote_addr or "")
        with writing() as db:
            person = me(db)
            security.set_password(db, audit.acting(person), person, sent["new"])
    except Refused as error:
        return render_template("password.html", error=error.message), 422
    login_user(SignedIn(person))
    flash(_("Đã đổi mật khẩu."), "success")
    return redirect(_home())


def _inside(target: str) -> str:
    """Return `target` if it is a page of ours, else the desk: no open redirect."""
    parts = urlsplit(target)
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return target if inside else _home()


def _home() -> str:
    """Return the first page of whoever is signed in: a station's people have no desk."""
    rights: set[str] = getattr(current_user, "rights", set())
    return url_for("radio.home" if "air" in rights and "read" not in rights else "desk.home")
