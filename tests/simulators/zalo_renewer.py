"""A process of its own that renews an account's tokens when told: `python -m tests.simulators.zalo_renewer ID`.

Each line on its standard input is an instant of the machine's watch (`time.monotonic`): it waits until then, renews,
and answers with what that came to and a hash of the token it would publish with (`-` for none). With `PUBLISHER_FAULT`
it dies at a named point.
"""

import hashlib
import sys
import time

from channels.base import Refusal
from publisher.config import Config
from publisher.connections import tokens
from publisher.installation import open_installation


def main() -> None:
    account_id = int(sys.argv[1])
    installation = open_installation(Config())
    world = installation.world
    hub = tokens.Hub(world.db, world.vault, account_id)
    print("ready", flush=True)
    for line in sys.stdin:
        while time.monotonic() < float(line):
            pass
        word = tokens.renew(world.db, world.vault, world.config.addresses, account_id)
        try:
            token = hashlib.sha256(hub.current().encode()).hexdigest()
        except Refusal:
            token = "-"
        print(word, token, flush=True)
    installation.close()


if __name__ == "__main__":
    main()
