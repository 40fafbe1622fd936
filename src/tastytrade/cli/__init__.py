"""The command ``tastytrade``: one file a command. Data goes to stdout, everything else to stderr."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. Errors end in one sentence on stderr and a code.

    0 ok, 1 error, 2 usage, 3 authentication; 130 interrupted (typer sees to that one).
    """
    from tastytrade.cli.app import app
    from tastytrade.errors import CredentialsRejected, FeedUnauthorized, TastytradeError

    try:
        app()
    except TastytradeError as error:
        print(f"tastytrade: {error}", file=sys.stderr)  # noqa: T201 - the one place a command fails
        sys.exit(3 if isinstance(error, CredentialsRejected | FeedUnauthorized) else 1)
