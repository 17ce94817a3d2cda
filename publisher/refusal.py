"""The one error for what a person asked and may not or cannot have; its text goes to the screen as it is."""


class Refused(Exception):
    """A request that is turned down with nothing changed.

    `message` is a whole Vietnamese sentence: what is wrong, where, what to do. `field` names the form field
    or column it belongs to, when there is one.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotAllowed(Refused):
    """The person has no right to do this (HTTP 403)."""


class Missing(Refused):
    """The thing asked for does not exist or may not be seen (HTTP 404)."""


class Stale(Refused):
    """The thing was changed by somebody else in between (HTTP 409)."""
