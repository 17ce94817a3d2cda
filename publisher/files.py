"""The content-addressed file store: a file's name is the sha256 of its bytes, so equal bytes are stored once."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from publisher.refusal import Missing

_DIGEST = re.compile("[0-9a-f]{64}")


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


PIECE = 1024 * 1024  # bytes read at once of what is too large for the memory


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees the whole of it or nothing, also after a crash: write, sync, rename."""
    _write_atomically(path, [data])


def _hashed(stream: BinaryIO) -> str:
    stream.seek(0)
    counted = hashlib.sha256()
    while piece := stream.read(PIECE):
        counted.update(piece)
    return counted.hexdigest()


def _write_atomically(path: Path, pieces: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class FileStore:
    """Bytes by their sha256 and, for outlets that are folders, bytes by a relative name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        """Store `data` once and return its sha256."""
        digest = sha256(data)
        path = self._blob(digest)
        try:
            os.utime(path)  # young again: retention leaves it alone until the row that names it is committed
        except FileNotFoundError:
            write_atomically(path, data)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the bytes of `digest`; `Missing` if they are gone or no longer match their name."""
        try:
            data = self._blob(digest).read_bytes()
        except FileNotFoundError as error:
            raise Missing(f"Kho tệp thiếu tệp {digest[:12]}…: hãy khôi phục thư mục files từ bản sao lưu.") from error
        if sha256(data) != digest:
            raise Missing(f"Tệp {digest[:12]}… trong kho đã bị thay đổi: hãy khôi phục thư mục files từ bản sao lưu.")
        return data

    def put_stream(self, stream: BinaryIO) -> str:
        """Store what a stream holds, from its beginning, without reading it whole; return its sha256."""
        digest = _hashed(stream)
        path = self._blob(digest)
        try:
            os.utime(path)
        except FileNotFoundError:
            stream.seek(0)
            _write_atomically(path, iter(lambda: stream.read(PIECE), b""))
        return digest

    def open(self, digest: str) -> BinaryIO:
        """Return a stream of the bytes of `digest`, checked first as `get` checks them; `Missing` likewise."""
        try:
            stream = self._blob(digest).open("rb")
        except FileNotFoundError as error:
            raise Missing(f"Kho tệp thiếu tệp {digest[:12]}…: hãy khôi phục thư mục files từ bản sao lưu.") from error
        if _hashed(stream) != digest:
            stream.close()
            raise Missing(f"Tệp {digest[:12]}… trong kho đã bị thay đổi: hãy khôi phục thư mục files từ bản sao lưu.")
        stream.seek(0)
        return stream

    def path(self, digest: str) -> Path:
        """Return where the bytes of `digest` lie, for sending them out without reading them whole."""
        return self._blob(digest)

    def write(self, name: str, data: bytes) -> None:
        """Write a named file of an outlet (`portal/…`, `radio/…`); a repeat with the same bytes changes nothing."""
        write_atomically(self._named(name), data)

    def read(self, name: str) -> bytes | None:
        """Return a named file's bytes, or None when there is none."""
        try:
            return self._named(name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """Delete a named file; a missing one is already deleted."""
        self._named(name).unlink(missing_ok=True)

    def _blob(self, digest: str) -> Path:
        if _DIGEST.fullmatch(digest) is None:
            raise Missing("Mã tệp không hợp lệ.")
        return Path(f"{self.folder}/blobs/{digest[:2]}/{digest[2:]}")

    def _named(self, name: str) -> Path:
        path = (self.folder / "outlets" / name).resolve()
        if not path.is_relative_to((self.folder / "outlets").resolve()):
            raise Missing(f"Tên tệp «{name}» nằm ngoài kho.")
        return path
