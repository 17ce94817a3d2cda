"""Encryption at rest: outlet tokens in the database, opened only by the key that lies beside it in the home."""

import json
import os
import secrets as random
from pathlib import Path
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from publisher.logs import know
from publisher.refusal import Refused
from publisher.words import _


def write_private(path: Path, content: str) -> None:
    """Write `content` to a new file that only its owner can read; an existing file is left alone.

    The file appears with all it holds: a process that starts at the same time must not read half a key.
    """
    if path.exists():
        return
    fresh = path.with_name(f"{path.name}.{random.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was quicker
        except OSError:  # a folder on a disk or share without links
            if not path.exists():
                fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


class _Ring(NamedTuple):
    """The keys of a vault, and which file they were read from."""

    seen: tuple[int, int, int]
    keys: tuple[str, ...]
    fernet: MultiFernet


class Vault:
    """Encrypts and opens small secrets with the newest key in `folder`; older keys still open what they closed.

    The file holds one key a line, the newest first. Another process may change the keys at any time
    (`publisher doctor --rotate-key`): they are read again as soon as the file is another one.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "secrets.key"
        write_private(self._path, Fernet.generate_key().decode() + "\n")
        self._ring: _Ring | None = None
        self._now()

    def close(self, values: dict[str, str]) -> str:
        """Encrypt a mapping of names to secrets into one text for the database."""
        know(values.values())
        return self._now().fernet.encrypt(json.dumps(values, ensure_ascii=False).encode()).decode()

    def open(self, token: str) -> dict[str, str]:
        """Return the mapping that `close` encrypted; `Refused` if no key of this installation opens it."""
        if not token:
            return {}
        try:
            opened: dict[str, str] = json.loads(self._now().fernet.decrypt(token.encode()))
        except InvalidToken as error:
            raise self._lost() from error
        know(opened.values())  # so that no log line and no outlet's answer shows them
        return opened

    def renewed(self, token: str) -> str:
        """Return the same secrets encrypted with the newest key; `Refused` if no key opens them."""
        try:
            return self._now().fernet.rotate(token.encode()).decode()
        except InvalidToken as error:
            raise self._lost() from error

    def is_newest(self, token: str) -> bool:
        """Whether the newest key alone opens what `close` encrypted."""
        try:
            Fernet(self._now().keys[0]).decrypt(token.encode())
        except InvalidToken:
            return False
        return True

    def add_key(self) -> None:
        """Put a new key before the others: it closes from now on, the others still open."""
        self._write((Fernet.generate_key().decode(), *self._now().keys))

    def drop_old_keys(self) -> int:
        """Forget every key but the newest; return how many. First make sure that they close nothing any more."""
        keys = self._now().keys
        if len(keys) > 1:
            self._write(keys[:1])
        return len(keys) - 1

    def _now(self) -> _Ring:
        """Return the keys as they stand in the file; one assignment, so that no thread meets half of a change."""
        found, ring = self._path.stat(), self._ring
        seen = (found.st_mtime_ns, found.st_ino, found.st_size)
        if ring is None or seen != ring.seen:
            keys = tuple(self._path.read_text("utf-8").split())
            self._ring = ring = _Ring(seen, keys, MultiFernet([Fernet(key) for key in keys]))
        return ring

    def _write(self, keys: tuple[str, ...]) -> None:
        """Replace the file at once: whoever reads meanwhile sees all old keys or all new ones, also after a crash."""
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        write_private(fresh, "".join(f"{key}\n" for key in keys))
        fresh.replace(self._path)

    def _lost(self) -> Refused:
        return Refused(
            _(
                "Không mở được thông tin bí mật của tài khoản kênh: khóa trong {path} không khớp với "
                "cơ sở dữ liệu. Hãy khôi phục đúng tệp khóa đã sao lưu hoặc nhập lại khóa truy cập."
            ).format(path=self._path)
        )


def session_key(folder: Path) -> str:
    """Return the key that signs browser sessions, created on first use."""
    path = folder / "session.key"
    write_private(path, random.token_hex(32) + "\n")
    return path.read_text("utf-8").strip()
