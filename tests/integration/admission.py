"""Admission to a feed that somebody can take away."""

from __future__ import annotations

from tastytrade import Session
from tastytrade.errors import StreamClosed
from tastytrade.rest.auth import QuoteToken


class Leaves:
    """Admission by a session until somebody closes it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.is_closed = False

    async def quote_token(self, *, renew: bool = False) -> QuoteToken:
        if self.is_closed:
            raise StreamClosed("by hand")
        return await self._session.quote_token(renew=renew)
