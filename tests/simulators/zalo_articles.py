"""The simulator's articles: jobs that run for a while and may fail, a list that shows them late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
from werkzeug.wrappers import Request

from tests.simulators import kit
from tests.simulators.zalo_world import OA_ID, Article, Job, No, World

MOST_IMAGE = 1_048_576
MOST_VIDEO = 50 * 1_048_576
CONVERTING = timedelta(seconds=20)
THROTTLED_AFTER = 3  # failures in a row of one address


def create(world: World, journal: kit.Journal, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    _allowed(world)
    if len(world.jobs) >= world.options.article_quota:
        raise No("-223 quota")
    _check(world, sent)
    journal.add("article.create", title=sent.get("title"), status=sent.get("status", "hide"))
    return {"token": _start(world, sent, now, "")}


def update(world: World, journal: kit.Journal, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Take the whole article anew under its id; what is missing is refused, as nothing is kept of the old one."""
    _allowed(world)
    number = str(sent.get("id", ""))
    if number not in world.articles:
        raise No("-201 id")
    _check(world, sent)
    journal.add("article.update", id=number, title=sent.get("title"), status=sent.get("status", "hide"))
    return {"token": _start(world, sent, now, number)}


def verify(world: World, sent: dict[str, Any]) -> dict[str, Any]:
    job = world.jobs.get(str(sent.get("token", "")))
    if job is None or not world.options.jobs_known:
        raise No("-201 token")
    if job.state == "running":
        raise No("-214")
    if job.state == "failed":
        raise No(job.failure)
    return {"id": job.article}


def remove(world: World, journal: kit.Journal, sent: dict[str, Any]) -> dict[str, Any]:
    number = str(sent.get("id", ""))
    if world.articles.pop(number, None) is None:
        raise No("-201 id")
    journal.add("article.remove", id=number)
    return {}


def getslice(world: World, request: Request, now: datetime) -> dict[str, Any]:
    """List articles, newest first, ten at most; plain query parameters only."""
    asked = request.args
    if asked.get("type") not in {"normal", "video"}:
        raise No("-201", "type accept only 2 value normal and video.")
    try:
        offset, limit = int(asked["offset"]), int(asked["limit"])
    except (KeyError, ValueError):
        raise No("-201", "offset is invalid!") from None
    if limit > 10:
        raise No("-201", "maximum limit is 10")
    listed = [
        article
        for article in world.articles.values()
        if article.sent["type"] == asked["type"]
        and article.listed_at <= now
        and (article.shown_at or world.options.list_hidden)
    ]
    listed.sort(key=lambda article: article.made_at, reverse=True)
    return {"medias": [_item(world, one, now) for one in listed[offset : offset + limit]], "total": len(listed)}


def getdetail(world: World, request: Request) -> dict[str, Any]:
    """Tell an article's texts; no counters."""
    article = world.articles.get(request.args.get("id", ""))
    if article is None:
        raise No("-201 id")
    told = {name: value for name, value in article.sent.items() if name != "tracking_link"}
    if not world.options.tells_addresses:
        own = f"https://photo-zalo.example/{article.id}"
        told["cover"] = {**told["cover"], "photo_url": own} if "cover" in told else {}
        told["body"] = [{**b, "url": own} if b.get("type") == "image" else b for b in told.get("body", [])]
    comment = article.sent.get("comment", "show")
    return {**told, "id": article.id, "status": article.status, "comment": comment, "link_view": link(article.id)}


def link(number: str) -> str:
    return f"https://post.oa.zalo.me/d/{OA_ID}?id={number}&pageId={OA_ID}"


def foreign(world: World, facts: Mapping[str, Any], now: datetime) -> list[str]:
    """Another publisher of the same account adds articles, with titles equal to ours for example."""
    made = []
    for number in range(int(facts.get("count", 1))):
        at = now - timedelta(seconds=number)
        given = {name: value for name, value in facts.items() if name != "count"}
        sent = {"type": "normal", "title": "", "author": "Nơi khác", "description": "", "body": [], **given}
        shown = at if sent.pop("status", "show") == "show" else None
        article = Article(world.next_id("a"), sent, at, at, at, shown)
        world.articles[article.id] = article
        made.append(article.id)
    return made


def settle(world: World, journal: kit.Journal, now: datetime) -> None:
    """End the jobs whose time has come, in the order in which they were begun."""
    for job in [job for job in world.jobs.values() if job.state == "running" and job.ready_at <= now]:
        job.failure = next((why for url in _addresses(job.sent) if (why := _fetched(world, url))), "")
        job.state = "failed" if job.failure else "done"
        if job.state == "failed":
            journal.add("article.failed", title=job.sent.get("title"), why=job.failure)
            continue
        article = world.articles.get(job.article)
        if not job.article:
            listed = job.ready_at + timedelta(seconds=world.options.list_delay)
            article = Article(world.next_id("a"), {}, job.ready_at, job.ready_at, listed)
            job.article = article.id
            world.articles[article.id] = article
            journal.add("article.made", id=article.id, title=job.sent.get("title"))
        if article is not None:  # else it was removed while the update ran
            _apply(world, journal, article, job.sent, job.ready_at)


def _apply(world: World, journal: kit.Journal, article: Article, sent: dict[str, Any], at: datetime) -> None:
    new = not article.sent
    article.sent = {name: value for name, value in sent.items() if name not in {"id", "status"}}
    article.changed_at = at
    if sent.get("status", "hide") == "hide":
        article.shown_at = None
    elif article.shown_at is None and (new or world.options.shows_on_update):
        article.shown_at = at
        journal.add("article.shown", id=article.id, title=sent["title"])


def _start(world: World, sent: dict[str, Any], now: datetime, article: str) -> str:
    token = world.next_id("job")
    least, most = world.options.job_seconds
    world.jobs[token] = Job(sent, now + timedelta(seconds=world.dice.uniform(least, most)), article)
    return token


def _allowed(world: World) -> None:
    options = world.options
    for fine, name in ((options.authorised, "-223"), (options.verified, "-221"), (options.paid, "-224")):
        if not fine:
            raise No(name)


def _check(world: World, sent: dict[str, Any]) -> None:
    """Refuse what Zalo refuses at once; pictures are judged only when they are fetched."""
    kind = sent.get("type")
    if kind not in {"normal", "video"}:
        raise No("-201", "type accept only 2 value normal and video.")
    _length(world, sent, "title", 150)
    _length(world, sent, "description", 300)
    for name, least in (("status", ("show", "hide", None)), ("comment", ("show", "hide", None))):
        if sent.get(name) not in least:
            raise No("-201", f"{name} is invalid!")
    if kind == "video":
        for name in ("video_id", "avatar"):
            if not sent.get(name):
                raise No("-201", f"{name} is invalid!")
        _check_address(sent["avatar"])
        if sent["video_id"] not in world.films:
            raise No("-201", "video_id is invalid!")
        return
    _length(world, sent, "author", 51)
    _check_cover(sent.get("cover"))
    body = sent.get("body")
    if not isinstance(body, list) or not body or not all(isinstance(b, dict) for b in body):
        raise No("-201", "body is invalid!")
    for block in body:
        _check_block(block)


def _check_cover(cover: Any) -> None:
    if not isinstance(cover, dict) or cover.get("cover_type") not in {"photo", "video"}:
        raise No("-201", "cover value is invalid")
    if cover.get("status") not in {"show", "hide"}:
        raise No("-201", "create media fail")
    if cover["cover_type"] == "photo":
        _check_address(cover.get("photo_url"))
    elif not cover.get("video_id") or cover.get("cover_view") not in {"horizontal", "vertical", "square"}:
        raise No("-201", "cover value is invalid")


def _check_block(block: dict[str, Any]) -> None:
    kind = block.get("type")
    needed = {"text": "content", "image": "url", "product": "id"}.get(str(kind))
    if kind == "video":
        fine = bool(block.get("video_id")) or (bool(block.get("url")) and bool(block.get("thumb")))
    else:
        fine = needed is not None and isinstance(block.get(needed), str) and bool(block[needed])
    if not fine:
        raise No("-201", "body is invalid!")
    if kind == "image":
        _check_address(block["url"])


def _check_address(url: Any) -> None:
    fine = isinstance(url, str) and url.isascii() and " " not in url and url.startswith(("http://", "https://"))
    if not fine:
        raise No("-201 photo_url")


def _length(world: World, sent: dict[str, Any], name: str, most: int) -> None:
    text = sent.get(name)
    strict = world.options.strict_lengths or name == "author"
    if not isinstance(text, str) or not 1 <= len(text) <= (most - 1 if strict else most):
        raise No("-201", f"{name} allow 1 to {50 if name == 'author' else most} characters")


def _addresses(sent: dict[str, Any]) -> list[str]:
    cover = sent.get("cover") or {}
    found = [cover["photo_url"]] if "photo_url" in cover else []
    found += [sent["avatar"]] if "avatar" in sent else []
    return found + [block["url"] for block in sent.get("body", []) if block.get("type") == "image"]


def _fetched(world: World, url: str) -> str:
    """Fetch a picture as Zalo does; return the name of the failure, or nothing."""
    if world.failures[url] >= THROTTLED_AFTER:
        return "-200 throttled"
    try:
        answer = requests.get(url, timeout=5)
        data = answer.content
        fine = answer.status_code == 200 and len(data) <= MOST_IMAGE
        fine = fine and data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
    except requests.RequestException:
        fine = False
    world.failures[url] = 0 if fine else world.failures[url] + 1
    return "" if fine else "-200"


def _item(world: World, article: Article, now: datetime) -> dict[str, Any]:
    hours = (now - article.shown_at).total_seconds() / 3600 if article.shown_at else 0.0
    views = int(hours * world.options.views_per_hour)
    return {
        "id": article.id,
        "type": article.sent["type"],
        "title": article.sent["title"],
        "status": article.status,
        "total_view": views,
        "total_share": views // 10,
        "create_date": int(article.made_at.timestamp() * 1000),
        "update_date": int(article.changed_at.timestamp() * 1000),
        "thumb": f"https://photo-zalo.example/{article.id}.jpg",
        "link_view": link(article.id),
    }


def prepare_video(world: World, journal: kit.Journal, request: Request, now: datetime) -> dict[str, Any]:
    file = request.files.get("file")
    data = file.read() if file else b""
    if not data or not (data[4:8] == b"ftyp" or data.startswith(b"RIFF")):
        raise No("-201", "file is invalid!")
    if len(data) > MOST_VIDEO:
        raise No("-210")
    token = world.next_id("video")
    world.videos[token] = now + CONVERTING
    journal.add("video", token=token, bytes=len(data))
    return {"token": token}


def verify_video(world: World, request: Request, now: datetime) -> dict[str, Any]:
    """The token stands in a header here, as in Zalo's own sample; option `film_status` names another end than 1."""
    token = request.headers.get("token", "")
    ready = world.videos.get(token)
    if ready is None:
        raise No("-201 token")
    done = now >= ready
    left = max((ready - now) / CONVERTING, 0.0)
    status = world.options.film_status if done else 3
    told = {"status": status, "convert_percent": 100 if done else int(100 * (1 - left))}
    if status != 1:
        return {**told, "video_id": ""}
    world.films.add(f"v{token}")
    return {**told, "video_id": f"v{token}"}
