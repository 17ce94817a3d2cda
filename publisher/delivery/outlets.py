"""From an account's row to a channel that can be called."""

from dataclasses import dataclass

from channels import registry
from channels.base import Channel, Outfit, Part, Rendered
from publisher.files import FileStore
from publisher.model import Account, Rendering
from publisher.model.database import Database
from publisher.refusal import Missing
from publisher.secrets import Vault
from publisher.words import _


@dataclass(frozen=True)
class World:
    """What an installation's verbs need: the database, the file store, the vault."""

    db: Database
    files: FileStore
    vault: Vault


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
    settings = {**account.settings, **world.vault.open(account.secrets)}
    return channel_type(account.channel)(Outfit(account.id, settings, world.files))


def stored(files: FileStore, rendering: Rendering) -> Rendered:
    """Read an approved rendering back; `Missing` when bytes are gone or do not match their hash (P6)."""
    parts = tuple(Part(part["name"], part["media_type"], files.get(part["sha256"])) for part in rendering.parts)
    rendered = Rendered(parts, tuple(rendering.warnings))
    if rendered.sha256 != rendering.sha256:
        raise Missing(_("Nội dung trong kho không khớp với bản đã duyệt. Hãy khôi phục thư mục files."))
    return rendered
