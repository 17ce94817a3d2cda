"""Encryption at rest: outlet tokens in the database, opened only by the key that lies beside it in the home."""

import json
import os
import secrets as random
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from publisher.refusal import Refused
from publisher.words import _


def write_private(path: Path, content: str) -> None:
    """Write `content` to a new file that only its owner can read; an existing file is left alone."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)


class Vault:
    """Encrypts and opens small secrets with the newest key in `folder`; older keys still open what they closed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "secrets.key"
        write_private(self._path, Fernet.generate_key().decode() + "\n")
        self._fernet = MultiFernet([Fernet(line) for line in self._path.read_text("utf-8").split()])

    def close(self, values: dict[str, str]) -> str:
        """Encrypt a mapping of names to secrets into one text for the database."""
        return self._fernet.encrypt(json.dumps(values, ensure_ascii=False).encode()).decode()

    def open(self, token: str) -> dict[str, str]:
        """Return the mapping that `close` encrypted; `Refused` if no key of this installation opens it."""
        if not token:
            return {}
        try:
            opened: dict[str, str] = json.loads(self._fernet.decrypt(token.encode()))
        except InvalidToken as error:
            raise Refused(
                _(
                    "Không mở được thông tin bí mật của tài khoản kênh: khóa trong {path} không khớp với "
                    "cơ sở dữ liệu. Hãy khôi phục đúng tệp khóa đã sao lưu hoặc nhập lại khóa truy cập."
                ).format(path=self._path)
            ) from error
        return opened


def session_key(folder: Path) -> str:
    """Return the key that signs browser sessions, created on first use."""
    path = folder / "session.key"
    write_private(path, random.token_hex(32) + "\n")
    return path.read_text("utf-8").strip()
