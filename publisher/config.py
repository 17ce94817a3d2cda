"""Settings, read once from the environment; every one is described here and in README."""

from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator
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
