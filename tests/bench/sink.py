"""An outlet that only counts: a small HTTP server on asyncio, run as a process of its own.

`python -m tests.bench.sink LATENCY` prints its port; POST counts a key, GET answers {"posts": n, "keys": distinct}.
"""

import asyncio
import json
import sys


class Connection(asyncio.Protocol):
    """One keep-alive connection; requests have a Content-Length and come one after the other."""

    latency = 0.0
    posts = 0
    keys: set[bytes] = set()  # noqa: RUF012 - one count for the process

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
            Connection.posts += 1
            Connection.keys.add(body[:length])
            answer = b'{"id": "%d"}' % Connection.posts
        else:
            answer = json.dumps({"posts": Connection.posts, "keys": len(Connection.keys)}).encode()
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self._answer, answer)
        else:
            self._answer(answer)

    def _answer(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)  # type: ignore[attr-defined]


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    Connection.latency = float(sys.argv[1])
    asyncio.run(serve())
