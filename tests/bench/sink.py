"""An outlet that only counts: a small HTTP server on asyncio, run as a process of its own.

`python -m tests.bench.sink LATENCY` prints its port. POST counts a key; GET / answers {"posts": n, "keys": distinct},
GET /keys {key: count}, GET /KEY the count of one key: what an outlet that can be asked tells.
"""

import asyncio
import json
import sys
from collections import Counter


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests have a Content-Length and come one after the other."""

    latency = 0.0
    keys: Counter[str] = Counter()  # noqa: RUF012 - one count for the process

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, mark, body = self._buffer.partition(b"\r\n\r\n")
        if not mark:
            return
        length = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        if len(body) < length:
            return
        self._buffer = b""
        if head.startswith(b"POST"):
            Connection.keys[body[:length].decode()] += 1
            answer = b'{"id": "1"}'
        else:
            answer = self._told(head.split(b" ", 2)[1].decode().strip("/"))
        if self.latency and head.startswith(b"POST"):
            asyncio.get_running_loop().call_later(self.latency, self._answer, answer)
        else:
            self._answer(answer)

    def _told(self, asked: str) -> bytes:
        if asked == "keys":
            return json.dumps(self.keys).encode()
        if asked:
            return json.dumps(self.keys[asked]).encode()
        return json.dumps({"posts": self.keys.total(), "keys": len(self.keys)}).encode()

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        if not self._transport.is_closing():
            self._transport.write(head + body)  # type: ignore[attr-defined]


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    Connection.latency = float(sys.argv[1])
    asyncio.run(serve())
