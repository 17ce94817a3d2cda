"""Radio on the web: the station's own screen at /radio, and what editors do for it at /desk/phat-thanh."""

from flask import Blueprint

radio = Blueprint("radio", __name__, url_prefix="/radio")
radio_desk = Blueprint("radio_desk", __name__, url_prefix="/desk/phat-thanh")

# Below the blueprints, since each of them puts its views on one.
from publisher.web.radio import (  # noqa: E402
    desk,
    desk_acts,
    files,
    home,
    log_back,
    programme,
    slots,
    spoken,
    words,
)

__all__ = [
    "desk",
    "desk_acts",
    "files",
    "home",
    "log_back",
    "programme",
    "radio",
    "radio_desk",
    "slots",
    "spoken",
    "words",
]
