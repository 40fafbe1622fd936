"""Records as lines: events to stdout, a JSON object each; to stderr when some of them may be missing."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterable
from typing import Any

import msgspec
import typer

from tastytrade.dxfeed import Event, EventBatch, Gap
from tastytrade.errors import TastytradeError


async def print_records(records: AsyncIterator[EventBatch[Any] | Gap]) -> None:
    """Put them out as they come, until they end or nobody reads them any more."""
    async for record in records:
        if isinstance(record, Gap):
            if not record.is_open:
                typer.echo(f"tastytrade: {record}", err=True)
        elif not _put_out(record):
            return


def _put_out(events: Iterable[Event]) -> bool:
    """Put events on stdout at once; False when whoever read there has seen enough (``| head``)."""
    text = b"".join(msgspec.json.encode(event) + b"\n" for event in events)
    try:
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _leave_stdout()
        return False
    except OSError as error:
        _leave_stdout()
        raise TastytradeError(f"cannot write to stdout ({error.strerror}); the replay ends here") from None
    return True


def _leave_stdout() -> None:
    """Python would try the rest once more at its end, and fail where nobody can answer."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
