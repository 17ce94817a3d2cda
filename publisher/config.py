"""Settings, read once from the environment; every one is described here and in README."""

import re
from functools import cached_property
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Config(BaseSettings):
    """What an installation is told from outside (environment variables `PUBLISHER_*`)."""

    model_config = SettingsConfigDict(env_prefix="PUBLISHER_", frozen=True, extra="ignore")

    home: Path = Field(default=Path("var"), description="Thư mục dữ liệu: cơ sở dữ liệu, kho tệp, khóa")
    database_url: str = Field(default="", description="Địa chỉ cơ sở dữ liệu; để trống là SQLite trong thư mục dữ liệu")
    timezone: str = Field(default="Asia/Ho_Chi_Minh", description="Múi giờ của cơ quan")
    public_url: str = Field(
        default="", description="Địa chỉ công khai của cổng, ví dụ https://tuyentruyen.example.gov.vn"
    )
    facebook_url: str = Field(default="", description="Địa chỉ gốc của Graph API; để trống là địa chỉ thật")
    facebook_login_url: str = Field(default="", description="Địa chỉ gốc của hộp thoại đăng nhập Facebook")
    zalo_url: str = Field(default="", description="Địa chỉ gốc của Zalo OA API; để trống là địa chỉ thật")
    zalo_oauth_url: str = Field(default="", description="Địa chỉ gốc của Zalo OAuth; để trống là địa chỉ thật")

    metrics_token: str = Field(
        default="", repr=False, description="Khóa đọc /metrics; để trống thì chỉ đọc được từ chính máy này"
    )
    smtp_url: str = Field(
        default="", repr=False, description="Máy chủ thư: smtp://người-dùng:mật-khẩu@máy:587?starttls=1 hoặc smtps://…"
    )
    mail_from: str = Field(default="", description="Địa chỉ gửi của thư cảnh báo")
    alert_to: str = Field(default="", description="Địa chỉ nhận thêm mọi cảnh báo, cách nhau bằng dấu phẩy")
    keep_attempts_days: int = Field(default=730, ge=365, description="Số ngày giữ các lần gửi không thành")
    keep_views_days: int = Field(
        default=800, ge=400, description="Số ngày giữ lượt đọc từng ngày, cũ hơn gộp theo tháng"
    )
    keep_orphans_days: int = Field(default=30, ge=7, description="Số ngày giữ tệp không còn gì dùng đến")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"PUBLISHER_TIMEZONE: không có múi giờ «{value}»; ví dụ Asia/Ho_Chi_Minh") from error
        return value

    @field_validator("public_url", "facebook_url", "facebook_login_url", "zalo_url", "zalo_oauth_url")
    @classmethod
    def _whole_address(cls, value: str, info: ValidationInfo) -> str:
        if value and (urlsplit(value).scheme not in {"http", "https"} or not urlsplit(value).netloc):
            name = f"PUBLISHER_{str(info.field_name).upper()}"
            raise ValueError(f"{name}: «{value}» phải là địa chỉ đầy đủ, bắt đầu bằng https://")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        parts = urlsplit(value)
        try:
            sound = parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            sound = False
        if value and not sound:  # without the value: it may hold a password
            raise ValueError(
                "PUBLISHER_SMTP_URL phải có dạng smtp://máy:cổng hoặc smtps://người-dùng:mật-khẩu@máy:cổng"
            )
        return value

    @field_validator("mail_from", "alert_to")
    @classmethod
    def _addresses(cls, value: str, info: ValidationInfo) -> str:
        for address in filter(None, (part.strip() for part in value.split(","))):
            if not re.fullmatch(r"[^@\s<>\"]+@[^@\s<>\"]+", address):
                name = f"PUBLISHER_{str(info.field_name).upper()}"
                raise ValueError(f"{name}: «{address}» không đúng dạng ten@coquan.gov.vn")
        return value

    @model_validator(mode="after")
    def _sender(self) -> Self:
        if self.smtp_url and (not self.mail_from or "," in self.mail_from):
            raise ValueError("PUBLISHER_MAIL_FROM: hãy đặt một địa chỉ gửi thư khi đã đặt PUBLISHER_SMTP_URL")
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """The office's time zone, for display and cadences only."""
        return ZoneInfo(self.timezone)

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{(self.home / 'publisher.db').resolve().as_posix()}"

    @property
    def on_sqlite(self) -> bool:
        """Whether the database is a file on this machine."""
        return self.database.startswith("sqlite")

    @property
    def addresses(self) -> dict[str, str]:
        """Base addresses by the names that channels know; those left empty are the outlets' real ones."""
        named = {
            "public": self.public_url,
            "facebook": self.facebook_url,
            "facebook_login": self.facebook_login_url,
            "zalo": self.zalo_url,
            "zalo_oauth": self.zalo_oauth_url,
        }
        return {name: address for name, address in named.items() if address}

    @property
    def blobs(self) -> Path:
        """The folder of content-addressed files."""
        return self.home / "files"

    @property
    def keys(self) -> Path:
        """The folder of the installation's keys."""
        return self.home / "keys"

    def prepare_home(self) -> None:
        """Create the data folder and what lies in it, readable by its owner alone."""
        for folder in (self.home, self.blobs, self.keys):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
