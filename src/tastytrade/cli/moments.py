"""Moments on the command line: a day and a time, a time of the first day there is, or so long ago."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
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


def parse_moment(
    text: str | None, *, option: str, first_ns: int, last_ns: int | None = None
) -> datetime | None:
    """An aware datetime; None of None. UTC unless the text says another zone.

    ``first_ns`` (Unix ns) is on the day that a time alone is of, and ``last_ns`` is what ``-30d`` is counted
    back from. Raises ConfigurationError for anything else.
    """
    from tastytrade.cli.durations import parse_duration
    from tastytrade.errors import ConfigurationError
    from tastytrade.rest.refusal import printable

    if text is None:
        return None
    if text.startswith("-") and last_ns is not None:
        back = timedelta(seconds=parse_duration(text[1:], option=option))
        return datetime.fromtimestamp(last_ns / 1e9, UTC) - back
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
