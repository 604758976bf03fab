"""A keep-alive HTTP/1.1 connection that costs next to nothing, so that the server is measured."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

LONGEST_ANSWER_SECONDS = 60.0


class Connection:
    """One connection to one server; opened at the first request, and anew after a failure."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        """`url`: scheme, host, port, and a path that goes before every target."""
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or (443 if self._secure else 80)
        self._prefix = parts.path.rstrip("/")
        sent = {"Host": parts.netloc.rpartition("@")[2], "Accept": "application/json"}
        sent.update(headers or {})
        self._headers = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    def request(self, target: str) -> bytes:
        """The bytes of a GET request; made before the clock runs."""
        return f"GET {self._prefix}{target} HTTP/1.1\r\n{self._headers}\r\n".encode("latin-1")

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of the answer.

        Raises `OSError` or `EOFError` when the connection is lost, `TimeoutError` when no answer
        comes, `ValueError` when it is no HTTP.
        """
        try:
            return await asyncio.wait_for(self._send(request), LONGEST_ANSWER_SECONDS)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it; the next request opens it again."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _send(self, request: bytes) -> tuple[int, bytes]:
        if self._reader is None or self._writer is None:
            secured = ssl.create_default_context() if self._secure else None
            self._reader, self._writer = await asyncio.open_connection(
                self._host, self._port, ssl=secured
            )
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        status = int(status_line.split(" ", 2)[1])
        fields = {}
        for line in lines:
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip().lower()
        if fields.get("transfer-encoding") == "chunked":
            body = await self._chunks(self._reader)
        elif "content-length" in fields:
            body = await self._reader.readexactly(int(fields["content-length"]))
        else:
            body = await self._reader.read()
            fields["connection"] = "close"
        if fields.get("connection") == "close":
            self.close()
        return status, body

    @staticmethod
    async def _chunks(reader: asyncio.StreamReader) -> bytes:
        body = b""
        while size := int((await reader.readline()).split(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readline()
        while (await reader.readline()).strip():  # trailers
            pass
        return body
