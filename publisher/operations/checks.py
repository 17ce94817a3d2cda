"""What the doctor looks at in the home, the keys and the surroundings; nothing here changes anything."""

import importlib.util
import os
import stat
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from channels import registry
from publisher import faults
from publisher.config import Config
from publisher.operations.health import LEAST_ROOM, NEARLY_FULL, free_bytes
from publisher.words import _

NETWORK = ("nfs", "cifs", "smb", "sshfs", "9p", "afs", "glusterfs", "ceph", "davfs", "webdav", "drvfs")
FEWEST_SIGNS = 8  # a random key of 32 bytes never has so few different characters


@dataclass(frozen=True)
class Check:
    """One thing looked at: its name, whether it is in order, what to do when it is not.

    One that only `should` be in order is told without refusing the installation.
    """

    name: str
    good: bool
    note: str = ""
    should: bool = False


def home_checks(config: Config) -> list[Check]:
    """Look at the data folder, its keys and its disk."""
    if not config.home.exists():
        absent = _("chưa có {home}: «publisher run» tạo ra, hoặc hãy đặt PUBLISHER_HOME")
        return [Check(_("Thư mục dữ liệu"), False, absent.format(home=config.home))]
    return [_private(config), *_keys(config), _room(config)]


def _private(config: Config) -> Check:
    name = _("Thư mục dữ liệu chỉ chủ sở hữu đọc được")
    if os.name == "nt":
        return Check(name, True, _("Windows: quyền theo thư mục {home}").format(home=config.home))
    if config.home.stat().st_mode & 0o077:
        return Check(name, False, _("hãy chạy: chmod 700 {home}").format(home=config.home))
    return Check(name, True)


def _keys(config: Config) -> list[Check]:
    vault, session = config.keys / "secrets.key", config.keys / "session.key"
    return [_key(_("Khóa mở bí mật"), vault, _sound_vault_key), _key(_("Khóa phiên đăng nhập"), session, _sound_key)]


def _key(name: str, path: Path, sound: Callable[[str], bool]) -> Check:
    try:
        lines = path.read_text("utf-8").split()
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Check(name, False, _("thiếu {path}: hãy khôi phục từ bản sao lưu").format(path=path))
    except (OSError, UnicodeDecodeError):
        return Check(name, False, _("không đọc được {path}").format(path=path))
    if os.name != "nt" and mode & 0o077:
        return Check(name, False, _("người khác đọc được: hãy chạy chmod 600 {path}").format(path=path))
    if not lines or not all(sound(line) for line in lines):
        return Check(name, False, _("{path} không phải khóa ngẫu nhiên: hãy tạo khóa mới").format(path=path))
    return Check(name, True)


def _sound_key(line: str) -> bool:
    """Whether it can be a key made at random: long, and of many different characters."""
    return len(line) >= 32 and len(Counter(line)) >= FEWEST_SIGNS


def _sound_vault_key(line: str) -> bool:
    try:
        Fernet(line)
    except ValueError:
        return False
    return _sound_key(line.rstrip("="))


def _room(config: Config) -> Check:
    free = free_bytes(config.home)
    name = _("Chỗ trống trên ổ đĩa")
    if free is None:
        return Check(name, False, _("không xem được {home}").format(home=config.home))
    said = _("còn {free} MB").format(free=free // 2**20)
    if free < LEAST_ROOM:
        return Check(name, False, said)
    return Check(name, free >= NEARLY_FULL, said, should=True)


def setup_checks(config: Config) -> list[Check]:
    """Look at the settings and the software around."""
    missing = _("liên kết trong bài và mã QR cần địa chỉ công khai của cổng")
    return [
        _no_debugging(config),
        Check(_("Đã đặt PUBLISHER_PUBLIC_URL"), bool(config.public_url), config.public_url or missing),
        _encrypted(config),
        Check(_("Kênh nạp được"), True, ", ".join(registry())),
        *_extras(config),
        *_fonts(),
    ]


def _no_debugging(config: Config) -> Check:
    name = _("Không ở chế độ gỡ lỗi")
    wrong = [
        variable
        for variable in ("FLASK_DEBUG", "PYTHONASYNCIODEBUG", "PYTHONINSPECT", "PUBLISHER_FAULT")
        if os.environ.get(variable, "").lower() not in {"", "0", "false", "no"}
    ]
    if wrong:
        return Check(name, False, _("hãy bỏ biến môi trường {names}").format(names=", ".join(wrong)))
    if sys.flags.dev_mode or sys.flags.inspect:
        return Check(name, False, _("hãy chạy python không có -X dev và -i"))
    if (config.home / faults.MARK).exists():
        return Check(name, False, _("thư mục dữ liệu dành cho thử nghiệm: có tệp {name}").format(name=faults.MARK))
    return Check(name, True)


def _encrypted(config: Config) -> Check:
    plain = config.public_url.startswith("http://") and not any(
        config.public_url.startswith(f"http://{host}") for host in ("localhost", "127.", "[::1]")
    )
    note = _("mật khẩu và phiên đăng nhập đi qua mạng không mã hóa: hãy dùng https://") if plain else ""
    return Check(_("Cổng dùng HTTPS"), not plain, note, should=True)


def _extras(config: Config) -> list[Check]:
    wanted = []
    if not config.on_sqlite:
        wanted.append(("psycopg", "postgres", False))
        wanted.append(("procrastinate", "postgres", True))
    if "radio" in registry():
        wanted += [("espeakng_loader", "speech", True), ("lameenc", "speech", True)]
    return [
        Check(
            _("Thư viện {name}").format(name=name), _there(name),
            "" if _there(name) else _("hãy cài: pip install '.[{extra}]'").format(extra=extra), should,
        )
        for name, extra, should in wanted
    ]  # fmt: skip


def _fonts() -> list[Check]:
    packages = {"Be Vietnam Pro": "fontpkg_be_vietnam_pro", "Anton": "fontpkg_anton", "TeX Gyre Termes": "mplhep_data"}
    missing = [font for font, package in packages.items() if not _there(package)]
    note = _("thiếu {fonts}: hãy cài lại phần mềm bằng pip").format(fonts=", ".join(missing)) if missing else ""
    return [Check(_("Phông chữ"), not missing, note)]


def _there(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def network_drive(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str | None:
    """Return the kind of network file system that `path` lies on, None for a local one or where nobody can tell."""
    if os.name == "nt":
        return _windows_drive(path)
    try:
        lines = mounts.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best, kind = "", ""
    here = path.resolve()
    for line in lines:
        place, found = line.split(" ")[1:3]
        place = place.replace("\\040", " ")
        if here.is_relative_to(place) and len(place) >= len(best):
            best, kind = place, found
    return kind if any(word in kind.lower() for word in NETWORK) else None


def _windows_drive(path: Path) -> str | None:
    where = str(path.resolve())
    if where.startswith("\\\\"):
        return "UNC"
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - it exists on Windows alone, which mypy cannot know
    return "remote" if kernel.GetDriveTypeW(path.resolve().anchor) == 4 else None
