"""The command ``tastytrade``: one file a command. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import logging
import sys


def main() -> None:
    """Run the command line. Errors end in one sentence on stderr and a code.

    0 ok, 1 error, 2 usage, 3 authentication, 4 no data or a part of it; 130 interrupted (typer sees to that
    one), 143 terminated.
    """
    from tastytrade.cli.app import app
    from tastytrade.cli.notes import LOOP_WATCH
    from tastytrade.errors import (
        CredentialsRejected,
        FeedUnauthorized,
        Incomplete,
        NotPermitted,
        TastytradeError,
    )

    # Who blocks the loop is for whoever writes a program, not for who runs a command.
    logging.getLogger(LOOP_WATCH).setLevel(logging.ERROR)
    try:
        app()
    except TastytradeError as error:
        from tastytrade.rest.refusal import LOGIN_REFUSALS

        print(f"tastytrade: {error}", file=sys.stderr)  # noqa: T201 - the one place a command fails
        if isinstance(error, Incomplete):
            from tastytrade.cli.output import NO_DATA

            sys.exit(NO_DATA)
        is_login = isinstance(error, NotPermitted) and error.code in LOGIN_REFUSALS
        sys.exit(3 if is_login or isinstance(error, CredentialsRejected | FeedUnauthorized) else 1)
