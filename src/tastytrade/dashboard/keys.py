"""Keys: what lets a browser in. A link works once, and is exchanged for a key that lasts until the end.

Neither is in any ``repr``, log or error; both are compared in constant time.
"""

from __future__ import annotations

import hmac
import secrets
from collections import deque

LINKS = 16
"""Links that may wait to be used; of more the oldest is forgotten."""


class Keys:
    """The secrets of one dashboard, made anew for each."""

    def __init__(self) -> None:
        self._key = secrets.token_urlsafe(32)
        self._links: deque[str] = deque(maxlen=LINKS)

    def new_link(self) -> str:
        """A token that can be exchanged for the key, once."""
        link = secrets.token_urlsafe(32)
        self._links.append(link)
        return link

    def exchange(self, link: str) -> str | None:
        """The key, for a link that was given out and has not been used; None for any other text."""
        # Every one is compared, so that the time says nothing about which of them is near.
        found = [one for one in self._links if _is_equal(one, link)]
        if not found:
            return None
        self._links.remove(found[0])
        return self._key

    def is_key(self, text: str) -> bool:
        """Whether it is the key."""
        return _is_equal(self._key, text)

    def __repr__(self) -> str:
        return f"<Keys, {len(self._links)} links unused>"


def _is_equal(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "surrogatepass"))
