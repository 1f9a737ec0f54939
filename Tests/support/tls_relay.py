"""A relay that takes plain connections and forwards them over TLS: kosoku speaks ws only.

The end of one side is passed on to the other at once, so that the close cases see what the server does.
"""

import asyncio
import threading

from support.peer import trusting_context

_READ_BYTES = 1 << 16


class TlsRelay:
    """Listens on a port of its own and forwards to `target_port` over TLS; as a context manager it stops at the end."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._context = trusting_context()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.connections = 0

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", 0)

    def __enter__(self) -> "TlsRelay":
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _stop(self) -> None:
        self._server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port, ssl=self._context)
        except OSError:
            writer.close()
            return
        self.connections += 1
        await asyncio.gather(self._forward(reader, far_writer), self._forward(far_reader, writer))

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(_READ_BYTES):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass  # one side has vanished: so does the other
        finally:
            writer.close()
