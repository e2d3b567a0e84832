"""Lets large uploads arrive in a file instead of in memory, from those who may send them."""

import asyncio
import errno
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import structlog

from app.web.wsgi_calls import length_told

ARRIVES_WITHIN_S = 1800.0
"""How long an upload may take in all."""
AT_ONCE = 3
COPIES = 3
"""An upload lies on the disk as it came, as the form's file and as what is kept of it, at worst all at once."""
WRITTEN_AT_ONCE = 1_000_000
DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_WORDS = (
    "磁盘空间不足，文件没有保存，请联系技术支持 / the disk is full and nothing was kept: tell your operator"
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """Where an upload may lie while it arrives, and how many bytes it may have."""

    folder: Path
    most_bytes: int


class Refused(Exception):
    """The upload is not taken: the status and the words for who sends it."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words.encode()


class Uploads:
    """The uploads of one process that arrive at this moment; `app` says by `room_for` which it has room for."""

    def __init__(
        self,
        app: Any,
        threads: ThreadPoolExecutor,
        more_than: int,
        environ: Callable[[Any, bytes], dict[str, Any]],
        answer: Callable[[Any, IO[bytes], Any], Awaitable[None]],
        piece_within_s: float,
    ) -> None:
        self._room_for: Callable[[dict[str, Any]], Room | None] | None = getattr(app, "room_for", None)
        self._threads, self._more_than, self._environ, self._answer = threads, more_than, environ, answer
        self._piece_within_s = piece_within_s
        self._arriving = 0

    async def answer(self, scope: Any, protocol: Any) -> bool:
        """Takes and answers an upload; False: this is none, or there is no room for it. Raises Refused.

        What waits for the disk or the database is done by a thread.
        """
        length = length_told(scope) or 0
        if self._room_for is None or length <= self._more_than:
            return False
        try:
            room = await self._run(self._room_for, self._environ(scope, b""))
            if room is None or length > room.most_bytes:
                return False
            with await self._arrive(room, length, protocol) as file:
                await self._answer(scope, file, protocol)
        except Refused:
            raise
        except TimeoutError:
            raise Refused(408, "上传太慢，已中断 / the upload did not arrive in time") from None
        except Exception as error:
            log.exception("an upload could not be taken")
            is_full = isinstance(error, OSError) and error.errno in DISK_FULL
            raise Refused(*((507, FULL_WORDS) if is_full else (500, "error"))) from None
        return True

    async def _run(self, act: Callable[..., Any], *told: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, act, *told)

    async def _arrive(self, room: Room, length: int, pieces: Any) -> IO[bytes]:
        """The upload in a file that has no name, so that it is gone with its process."""
        if self._arriving >= AT_ONCE:
            raise Refused(
                503, "其他文件正在上传，请稍后再试 / other files are being uploaded: try again soon"
            )
        self._arriving += 1
        try:
            file: IO[bytes] = await self._run(_opened, room, length)
            try:
                async with asyncio.timeout(ARRIVES_WITHIN_S):
                    await self._write(file, length, pieces)
            except BaseException:
                file.close()
                raise
        finally:
            self._arriving -= 1
        return file

    async def _write(self, file: IO[bytes], length: int, pieces: Any) -> None:
        coming, waiting, written = aiter(pieces), bytearray(), 0
        while True:
            async with asyncio.timeout(self._piece_within_s):
                piece = await anext(coming, None)
            waiting += piece or b""
            if written + len(waiting) > length:
                break
            if piece is None or len(waiting) > WRITTEN_AT_ONCE:
                await self._run(file.write, bytes(waiting))
                written += len(waiting)
                waiting.clear()
            if piece is None:
                break
        if written != length:
            raise Refused(400, "上传中断，请再试一次 / the upload broke off: try again")
        await self._run(file.seek, 0)


def _opened(room: Room, length: int) -> IO[bytes]:
    file = unnamed_file(room.folder)
    if shutil.disk_usage(room.folder).free < COPIES * length:
        file.close()
        raise OSError(errno.ENOSPC, "no room for an upload")
    return file


def unnamed_file(folder: Path) -> IO[bytes]:
    """A file in the folder that is gone when it is closed, however its process ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder)
