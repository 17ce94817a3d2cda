"""`python -m tests bench radio`: a hundred five-minute scripts, and the spoken form of a megabyte of text.

Prints time and memory; never fails on a time.
"""

import json
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

import publisher.demo
from channels.base import Outfit, Post
from channels.radio import Radio
from channels.radio.book import book
from channels.radio.packet import Packet, zipped
from channels.radio.programme import Frame, Item, compose, seconds
from channels.radio.station import Station
from channels.speech import speak
from publisher.files import FileStore

POSTS = json.loads((Path(publisher.demo.__file__).parent / "posts.json").read_text("utf-8"))
SETTINGS = {"station": "Đài truyền thanh phường Mẫu", "credits": "Biên tập: Nguyễn Văn Mẫu."}
WHEN = datetime(2026, 11, 21, 5, 15, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def text_of(number: int) -> str:
    """A sample post's text that differs from script to script, so that nothing is read from a cache."""
    post = POSTS[number % len(POSTS)]
    return f"{post['body'].replace('{{duong_day_nong}}', '0200.000.101')} Số hồ sơ là {1000 + number}."


def script(radio: Radio, number: int) -> Packet:
    """One programme of about five minutes: four items rendered, composed, ready to be handed out."""
    items = []
    for place in range(4):
        at = number * 4 + place
        post = Post(1, f"bai-{at}", POSTS[at % 12]["title"], "", text_of(at), "", "", "UBND phường Mẫu", "")
        part = radio.render(post).part("script.json")
        items.append(Item(at, at, 1, "news", "normal", json.loads(part.data), part.sha256, "Trần Thị Mẫu"))
    station, frame = Station.read(SETTINGS), Frame("phát thanh buổi sáng", WHEN, 15)
    segments = compose(station, frame, items)
    assert 240 < seconds(segments) < 420, seconds(segments)
    return Packet(book(station, frame, items, segments), number, 1, f"radio-{number}", WHEN)


def scripts(count: int) -> None:
    """Render, compose and write all six files of `count` programmes."""
    radio = Radio(Outfit(1, SETTINGS, FileStore(Path("unused"))))
    process = psutil.Process()
    zipped(script(radio, 0))  # imports, fonts, the compiler
    before = process.memory_info().rss
    began = time.perf_counter()
    packets = [script(radio, number) for number in range(1, count + 1)]
    composed = time.perf_counter() - began
    size = sum(len(zipped(packet)) for packet in packets)
    whole = time.perf_counter() - began
    after = process.memory_info().rss
    print(
        f"{count} five-minute scripts: rendered, composed in {composed:.1f} s ({composed / count * 1000:.0f} ms each), "
        f"with .docx, PDF, .txt, .csv, JSON, .ics in {whole:.1f} s ({whole / count * 1000:.0f} ms each), "
        f"{size / count / 1000:.0f} kB a packet, {after / 2**20:.0f} MiB resident (+{(after - before) / 2**20:.0f})"
    )


def megabyte() -> None:
    """Read a megabyte of UTF-8 text, every paragraph different."""
    parts, size, number = [], 0, 0
    while size < 1_000_000:
        parts.append(text_of(number))
        size += len(parts[-1].encode()) + 2
        number += 1
    text = "\n\n".join(parts)
    began = time.perf_counter()
    said = speak(text)
    took = time.perf_counter() - began
    print(
        f"spoken form of {len(text.encode()) / 1e6:.2f} MB ({len(text):,} characters): {took:.1f} s, "
        f"{len(said.text):,} characters spoken, {len(said.questions)} questions, "
        f"{psutil.Process().memory_info().rss / 2**20:.0f} MiB resident"
    )


def main(count: int = 100) -> None:
    """Run both; `count` is the number of scripts."""
    scripts(count)
    megabyte()
