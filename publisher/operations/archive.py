"""The backup's file: a zip whose manifest names every entry with size and hash, sealed with a passphrase if wanted."""

import hashlib
import io
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from publisher.refusal import Refused
from publisher.words import _

MANIFEST = "manifest.json"
FORMAT = 1
PIECE = 1 << 20  # bytes encrypted at once
TAG = 16
_MAGIC = b"PUBLISHER-SEALED-1\n"
_SALT = 16
_NAMES = re.compile(r"database/[a-z_]+\.jsonl|keys/secrets\.key|files/(blobs|outlets)/[^\\:*?\"<>|\x00-\x1f]+")


@dataclass
class Manifest:
    """What a backup holds: when and by which release it was made, rows by table, size and sha256 by entry."""

    made_at: str
    release: str
    revision: str
    database: str
    tables: dict[str, int] = field(default_factory=dict)
    entries: dict[str, tuple[int, str]] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def keys(self) -> bool:
        """Whether the key that opens the outlets' tokens is in it."""
        return "keys/secrets.key" in self.entries

    @property
    def files(self) -> int:
        """How many files of the store are in it."""
        return sum(name.startswith("files/") for name in self.entries)


class Writer:
    """Adds entries to a backup and remembers their sizes and hashes for the manifest."""

    def __init__(self, target: IO[bytes], manifest: Manifest) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self.manifest = manifest

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Add one entry from pieces of bytes; nothing is held in memory whole."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), "w", force_zip64=True) as entry:
            for piece in pieces:
                entry.write(piece)
                digest.update(piece)
                size += len(piece)
        self.manifest.entries[name] = (size, digest.hexdigest())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        """Write the manifest, always last, and end the file; after a failure what there is counts for nothing."""
        with suppress(*((OSError, ValueError) if kind else ())):
            if kind is None:
                self._zip.writestr(MANIFEST, json.dumps(self.manifest.__dict__, ensure_ascii=False, indent=1))
            self._zip.close()


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Yield an open file's bytes."""
    while piece := file.read(PIECE):
        yield piece


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return the manifest of a backup, its names checked: no entry may lead out of the folder it is restored to."""
    broken = _("Tệp không phải bản sao lưu của phần mềm này, hoặc đã hỏng.")
    try:
        raw: dict[str, Any] = json.loads(archive.read(MANIFEST))
        entries = {name: (int(size), str(digest)) for name, (size, digest) in raw.pop("entries").items()}
        manifest = Manifest(**raw, entries=entries)
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise Refused(broken) from error
    if manifest.format != FORMAT:
        raise Refused(_("Bản sao lưu có định dạng số {format}: hãy dùng bản phần mềm mới hơn.").format(
            format=manifest.format))  # fmt: skip
    names = archive.namelist()
    if len(names) != len(set(names)) or set(names) != {MANIFEST, *manifest.entries}:
        raise Refused(broken)
    for name in manifest.entries:
        if not _NAMES.fullmatch(name) or ".." in name.split("/"):
            raise Refused(broken)
    return manifest


def verify(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Read the whole backup and compare every entry with the manifest; `Refused` names the first that differs."""
    for name, (size, digest) in manifest.entries.items():
        try:
            found, length = hashlib.sha256(), 0
            for piece in entry_pieces(archive, name):
                found.update(piece)
                length += len(piece)
                if length > size:
                    break
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
            raise Refused(_("Bản sao lưu hỏng ở «{name}».").format(name=name)) from error
        blob = name.removeprefix("files/blobs/").replace("/", "")
        misnamed = name.startswith("files/blobs/") and blob != digest
        if length != size or found.hexdigest() != digest or misnamed:
            raise Refused(_("Bản sao lưu hỏng ở «{name}»: nội dung không khớp với bảng kê.").format(name=name))


def entry_pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield an entry's bytes."""
    with archive.open(name) as entry:
        yield from pieces(entry)


def entry_lines(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """Yield an entry's lines of text."""
    with archive.open(name) as entry, io.TextIOWrapper(entry, encoding="utf-8", newline="\n") as text:
        yield from text


class Sealed(io.RawIOBase):
    """A file that encrypts what is written to it: AES-256-GCM in numbered pieces, the last one marked as such.

    The key is made from the passphrase with scrypt and a salt of its own for each file, so that a piece's number may
    serve as its nonce; a piece that is missing, moved or cut off does not open.
    """

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        salt = os.urandom(_SALT)
        target.write(_MAGIC + salt)
        self._target, self._box = target, AESGCM(_key(passphrase, salt))
        self._waiting, self._number = bytearray(), 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:  # the last piece is never empty, and never written before the end
            self._seal(bytes(self._waiting[:PIECE]), b"more")
            del self._waiting[:PIECE]
        return len(data)

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            self._seal(bytes(self._waiting), b"last")
        self.close()

    def _seal(self, piece: bytes, place: bytes) -> None:
        self._target.write(self._box.encrypt(self._number.to_bytes(12, "big"), piece, place))
        self._number += 1


def is_sealed(path: Path) -> bool:
    """Return whether a backup needs a passphrase."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def unseal(path: Path, passphrase: str, target: IO[bytes]) -> None:
    """Decrypt a sealed backup; `Refused` for a wrong passphrase or a damaged file."""
    with path.open("rb") as file:
        file.seek(len(_MAGIC))
        box = AESGCM(_key(passphrase, file.read(_SALT)))
        piece, number = file.read(PIECE + TAG), 0
        while True:
            following = file.read(PIECE + TAG)
            try:
                place = b"more" if following else b"last"
                target.write(box.decrypt(number.to_bytes(12, "big"), piece, place))
            except (InvalidTag, ValueError) as error:
                raise Refused(_("Không mở được bản sao lưu: sai mật khẩu, hoặc tệp đã hỏng.")) from error
            if not following:
                return
            piece, number = following, number + 1


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
