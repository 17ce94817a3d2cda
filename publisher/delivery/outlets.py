"""From an account's row to a channel that can be called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from channels import registry
from channels.base import Channel, Outfit, Part, Rendered, Stored, digest, is_film
from channels.zalo import Zalo
from publisher.config import Config
from publisher.connections.tokens import Hub
from publisher.files import FileStore
from publisher.model import Account
from publisher.model.database import Database
from publisher.refusal import Missing
from publisher.secrets import Vault
from publisher.words import _


@dataclass(frozen=True)
class World:
    """What an installation's verbs need: the database, the file store, the vault, the settings.

    `paces` is what this process has learnt of each account's outlet: items a batch and seconds an item.
    """

    db: Database
    files: FileStore
    vault: Vault
    config: Config
    paces: dict[int, tuple[int, float]] = field(default_factory=dict)


def channel_type(name: str) -> type[Channel]:
    """Return the channel called `name`; `Missing` if this installation has none."""
    try:
        return registry()[name]
    except KeyError as error:
        raise Missing(
            _("Không có kênh «{name}». Các kênh hiện có: {known}.").format(name=name, known=", ".join(registry()))
        ) from error


def open_channel(world: World, account: Account) -> Channel:
    """Make the channel of an account, with its secrets opened."""
    return channel_type(account.channel)(outfit_of(world, account))


def outfit_of(world: World, account: Account) -> Outfit:
    """Return what an account's channel is made with; tokens that renew come from the hub."""
    settings = {**account.settings, **world.vault.open(account.secrets)}
    kind, rehearsal = channel_type(account.channel), account.mode == "rehearsal"
    tokens = Hub(world.db, world.vault, account.id) if issubclass(kind, Zalo) else None
    return Outfit(account.id, settings, world.files, world.config.addresses, tokens, rehearsal)


class Approved(Protocol):
    """An approved rendering as the database tells it: the row, or a claim that carries its values."""

    @property
    def sha256(self) -> str: ...
    @property
    def parts(self) -> Sequence[Mapping[str, str]]: ...
    @property
    def warnings(self) -> Sequence[str]: ...


def stored(files: FileStore, approved: Approved) -> Rendered:
    """Read an approved rendering back; `Missing` when bytes are gone or do not match their hash (P6).

    `files.get` has compared every part with its own hash, so the whole is compared through those; a film is compared
    without being kept in memory.
    """
    read = tuple(_part(files, part["name"], part["media_type"], part["sha256"]) for part in approved.parts)
    if digest([(part["name"], part["media_type"], part["sha256"]) for part in approved.parts]) != approved.sha256:
        raise Missing(_("Nội dung trong kho không khớp với bản đã duyệt. Hãy khôi phục thư mục files."))
    return Rendered(read, tuple(approved.warnings))


def _part(files: FileStore, name: str, media_type: str, sha256: str) -> Part:
    if is_film(media_type):
        files.open(sha256).close()
        return Stored(name, media_type, sha256, files)
    return Part(name, media_type, files.get(sha256))
