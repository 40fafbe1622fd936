"""A lock that this user's processes share, so that one of them asks for a token and the others take it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tastytrade.errors import ConfigurationError, ServiceUnavailable
from tastytrade.rest.environment import Environment
from tastytrade.saved.folder import make_private, state_folder
from tastytrade.saved.safe import file_name

log = logging.getLogger(__name__)

PATIENCE = 90.0
"""Seconds to wait for another process; longer than the one request it makes meanwhile may take."""
POLL = 0.05
"""Seconds between two looks at the lock."""


@asynccontextmanager
async def only_one(environment: Environment, *, patience: float = PATIENCE) -> AsyncIterator[bool]:
    """Hold the lock of an environment. Gives False, and holds nothing, where no file can be written.

    It ends with the process that holds it, however that ends. Raises ServiceUnavailable when another
    process keeps it for too long.
    """
    from filelock import FileLock, Timeout

    path = state_folder() / f"{file_name(environment)}.lock"
    try:
        make_private(path.parent)
        lock = FileLock(path, mode=0o600, timeout=0)
        end = asyncio.get_running_loop().time() + patience
        while True:
            try:
                lock.acquire()
                break
            except Timeout:
                if asyncio.get_running_loop().time() >= end:
                    raise
            await asyncio.sleep(POLL)
    except Timeout:
        raise ServiceUnavailable(
            f"another process has been asking for a token for {patience:.0f} s and holds {path}: try again, "
            "or end that process"
        ) from None
    except (OSError, NotImplementedError, ConfigurationError) as error:
        log.warning("tokens are not shared with other processes: %s", error)
        lock = None
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()
