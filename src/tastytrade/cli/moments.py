"""Moments on the command line: a day and a time, or a time of the first day there is."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated

import typer

Start = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="What was received from then on: 2026-11-20T14:30, or 14:30 of the first day; UTC.",
    ),
]
End = Annotated[str | None, typer.Option(metavar="TIME", help="And before then, written in the same way.")]


def parse_moment(text: str | None, *, option: str, first_ns: int) -> datetime | None:
    """An aware datetime; None of None. UTC unless the text says another zone.

    ``first_ns`` (Unix ns) is on the day that a time alone is of. Raises ConfigurationError for anything else.
    """
    from tastytrade.errors import ConfigurationError
    from tastytrade.rest.refusal import printable

    if text is None:
        return None
    try:
        moment = datetime.combine(datetime.fromtimestamp(first_ns / 1e9, UTC), time.fromisoformat(text))
    except ValueError:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            shown = printable(text, limit=40)
            raise ConfigurationError(
                f"{option} {shown}: expected a time such as 2026-11-20T14:30, 2026-11-20T09:30-05:00 or 14:30"
            ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
