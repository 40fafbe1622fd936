"""Standard output: bytes to whoever reads there, who may have seen enough (``| head``)."""

from __future__ import annotations

import os
import sys

from tastytrade.errors import TastytradeError


def put_out(data: bytes, *, what: str) -> bool:
    """Put bytes on stdout at once; False when nobody reads there any more.

    Raises TastytradeError, which says that ``what`` ends here, when they cannot be written.
    """
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        # Python would try the rest once more at its end, and fail where nobody can answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return False
        raise TastytradeError(f"cannot write to stdout ({error.strerror}); {what} ends here") from None
    return True
