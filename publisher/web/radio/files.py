"""Files of a programme: the packet in one .zip, each file alone, and a draft to listen to."""

from flask import Response
from sqlalchemy.orm import Session

from channels.radio import voice
from channels.radio.book import reading_text
from channels.radio.packet import FILES, Packet, zipped
from publisher.files import sha256
from publisher.model import Account
from publisher.radio import programmes, pulling, stations
from publisher.refusal import Missing, Refused
from publisher.text import slug
from publisher.web.context import me, reading, world
from publisher.web.guard import permission
from publisher.web.radio import radio, radio_desk
from publisher.words import _

ZIP, VOICE = "goi.zip", "nghe-thu-giong-may.mp3"


@radio.get("/<int:station>/<key>/tep/<name>")
@permission("air")
def file(station: int, key: str, name: str) -> Response:
    """Hand out a file of the edition that the station has pulled."""
    with reading() as session:
        account = stations.seen(session, me(session), station, "air")
        packet = packet_of(session, account, key)
        if packet.edition is None:
            raise Refused(_("Hãy bấm «Lấy kịch bản» trước khi tải tệp: bản đã lấy được giữ nguyên để đối chiếu."))
    return handed(packet, name)


@radio_desk.get("/<int:station>/<key>/tep/<name>")
@permission("read")
def preview_file(station: int, key: str, name: str) -> Response:
    """Hand out a file of a programme to its editors: the station's edition, or a preview marked as one."""
    with reading() as session:
        account = stations.seen(session, me(session), station, "read")
        packet = packet_of(session, account, key)
    return handed(packet, name)


def packet_of(session: Session, account: Account, key: str) -> Packet:
    """Return a programme as files are made of it: the station's edition, else a preview of what stands now."""
    planned = programmes.programme(session, world(), account, key)
    standing = pulling.standings(session, [planned]).get(planned.key)
    return pulling.packet(world(), planned, standing)


def handed(packet: Packet, name: str) -> Response:
    """Return one file of a packet; made anew each time from the kept programme, with no session open."""
    kind, data = made(packet, name)
    stem = slug(f"{packet.book['title']} {packet.book['starts_at'][:10]}")
    answer = Response(data, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=f"{stem}-{name}")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.set_etag(sha256(data))
    return answer


def made(packet: Packet, name: str) -> tuple[str, bytes]:
    """Return media type and bytes of a file of a packet; `Missing` for a name it does not have."""
    if name == ZIP:
        return "application/zip", zipped(packet)
    if name == VOICE:
        try:
            return "audio/mpeg", voice.preview(reading_text(packet.book), packet.book["rate"])
        except voice.NoVoice as error:
            raise Refused(error.message) from error
    if name not in FILES:
        raise Missing(_("Gói kịch bản không có tệp «{name}».").format(name=name[:60]))
    kind, make = FILES[name]
    return kind, make(packet)
