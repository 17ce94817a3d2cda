"""Videos of the simulated Graph API: by address, by bytes, in chunks, or with the handle of a resumable upload."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.simulators.facebook_calls import Call, moment
from tests.simulators.facebook_errors import invalid, named
from tests.simulators.facebook_publishing import own
from tests.simulators.facebook_reading import Field, paged, select
from tests.simulators.facebook_world import Page, Video, World
from tests.simulators.kit import Journal


def video(call: Call, page: Page, journal: Journal) -> dict[str, Any]:
    """POST /{page}/videos (the graph-video host is the same server): answers the id of the *video*, not of a post."""
    own(call, page)
    phase = call.text("upload_phase")
    if phase == "start":
        number, session = call.world.number(), call.world.number()
        call.world.uploads[session] = {"video": number, "size": int(call.text("file_size") or "0"), "got": 0}
        return {"upload_session_id": session, "video_id": number, "start_offset": "0", "end_offset": "1048576"}
    if phase == "transfer":
        return _transfer(call)
    if phase == "finish":
        upload = call.world.uploads.pop(call.text("upload_session_id"), None)
        if upload is None or upload["got"] < upload["size"]:
            raise invalid("The upload is not complete")
        _add(call, page, journal, upload["video"])
        return {"success": True}
    handle = call.text("fbuploader_video_file_chunk")
    if handle and handle not in call.world.uploads:
        raise invalid("Unknown upload handle")
    if not handle and "source" not in call.files and not call.text("file_url"):
        raise invalid("source, file_url or fbuploader_video_file_chunk is required")
    if call.text("file_url").startswith(call.world.options.unreachable or ("\0",)):
        raise named("2069019")
    if "source" in call.files:
        _check_film(call)
    return {"id": _add(call, page, journal, call.world.number())}


def _check_film(call: Call) -> None:
    """Refuse bytes that are no film, and a file name without a film's ending: Facebook goes by that too."""
    sent = call.files["source"]
    if sent.read(12)[4:8] != b"ftyp" or not (sent.filename or "").endswith((".mp4", ".mov", ".m4v")):
        raise named("352/1363024")


def listed(call: Call, page: Page) -> dict[str, Any]:
    """GET /{page}/videos: newest first, late like the lists of posts; a film stands there before it has a post."""
    call.need_scope("pages_read_engagement")
    rows = [one for one in call.world.videos.values() if one.page is page and one.shows_at <= call.now]
    rows.sort(key=lambda one: one.made, reverse=True)
    return paged(call, rows, lambda one: video_fields(call, one, call.text("fields")))


def video_fields(call: Call, video: Video, fields: str) -> dict[str, Any]:
    """Return the fields of a video; a bare video has neither reactions nor insights, and no post until processed."""
    done = call.now >= video.ready_at
    ready = done and not video.failed
    post = video.post.partition("_")[2] if call.world.options.bare_post_id else video.post
    makers: dict[str, Callable[[Field], Any]] = {
        "id": lambda _f: video.id,
        "title": lambda _f: video.title,
        "description": lambda _f: video.description,
        "created_time": lambda _f: moment(video.made),
        "status": lambda _f: {"video_status": "ready" if ready else "error" if done else "processing"},
        "published": lambda _f: video.published and ready,
        "post_id": lambda _f: post if ready else None,
        "permalink_url": lambda _f: f"/{video.page.id}/videos/{video.id}/",
    }
    return select("Video", makers, fields, "id,description")


def start_upload(call: Call) -> dict[str, Any]:
    """POST /{app}/uploads: a session of the Resumable Upload API."""
    if call.app is None:
        raise named("104")
    if call.text("file_type") not in {"video/mp4", "application/pdf", "image/jpeg", "image/jpg", "image/png"}:
        raise invalid("file_type is not supported")
    session = f"upload:{call.world.number()}"
    call.world.uploads[session] = {"size": int(call.text("file_length") or "0"), "got": 0}
    return {"id": session}


def upload_bytes(call: Call, session: str) -> dict[str, Any]:
    """POST /upload:{session} with the bytes as body: answers the handle `h`."""
    upload = call.world.uploads.get(session)
    if upload is None:
        raise invalid("Unknown upload session")
    offset = int(call.headers.get("File-Offset", call.headers.get("File_Offset", "0")))
    if offset != upload["got"]:
        raise invalid("file_offset does not match what was received")
    upload["got"] += len(call.data)
    if upload["got"] < upload["size"]:
        raise invalid("The upload is not complete")
    handle = f"h:{session}"
    call.world.uploads[handle] = upload
    return {"h": handle}


def settle(world: World, journal: Journal, now: Any) -> None:
    """Give each video its post once it is processed."""
    for one in world.videos.values():
        if not one.post and not one.failed and one.published and now >= one.ready_at:
            post = world.add_post(one.page, one.ready_at, message=one.description, app=one.app, video=one.id)
            one.post = post.id
            journal.add("publish", id=post.id, video=one.id)


def _transfer(call: Call) -> dict[str, Any]:
    upload = call.world.uploads.get(call.text("upload_session_id"))
    if upload is None or "video_file_chunk" not in call.files:
        raise invalid("upload_session_id and video_file_chunk are required")
    if int(call.text("start_offset") or "0") != upload["got"]:
        raise invalid("start_offset does not match what was received")
    upload["got"] += len(call.files["video_file_chunk"].read())
    end = min(upload["got"] + 1_048_576, upload["size"])
    return {"start_offset": str(upload["got"]), "end_offset": str(end)}


def _add(call: Call, page: Page, journal: Journal, number: str) -> str:
    assert call.app is not None
    options = call.world.options
    made = Video(
        number, page, call.text("title"), call.text("description"), call.app, call.flag("published", True),
        ready_at=call.now + timedelta(seconds=options.video_seconds), made=call.now,
        shows_at=call.now + timedelta(seconds=options.visible_after), failed=options.video_fails,
    )  # fmt: skip
    call.world.videos[number] = made
    journal.add("video", id=number, title=made.title)
    return number
