"""How a feed ends: X1 to X5, X7 to X9 and X11 of the fault catalogue."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tastytrade import CertificationSession, Quote, Session, Simulator, Streamer
from tastytrade.errors import StreamClosed, TastytradeError
from tests.integration.catalogue.feed_server import TOKEN, FeedServer
from tests.integration.catalogue.reading import (
    QUICK,
    events_until,
    feed,
    resident_bytes,
    tasks_of_ours,
)
from tests.integration.commands import TASTYTRADE, environment, program, running
from tests.integration.waiting import until

BY_SIGNAL = {signal.SIGINT: 130, signal.SIGTERM: 143}

# X1 and X2: signals.


@pytest.mark.timeout(60)
def test_x1_a_signal_at_any_moment_ends_a_command_in_order() -> None:
    """Each of them starts, connects, reads or is in a pause when it comes."""
    with running("simulator") as one:
        assert one.stdout is not None
        line = json.loads(one.stdout.readline())
        variables = {"TT_API_URL": line["api_url"], "TT_USER": "username", "TT_PASS": "password"}
        command = [*TASTYTRADE, "stream", "SPY", "SPX", "--events", "Quote,Trade,Candle", "--environment", "simulator"]
        moments = [(number, moment / 16) for moment in range(8) for number in BY_SIGNAL]
        for number, moment in moments:
            process = subprocess.Popen(
                command, env=environment(variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            assert process.stdout is not None
            time.sleep(0.6 + moment)
            began = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=6)
            took = time.monotonic() - began

            assert (process.returncode, took < 5) == (BY_SIGNAL[number], True), err.decode()
            assert [json.loads(text) for text in out.splitlines()] is not None
            assert b"Traceback" not in err
            assert b"never retrieved" not in err
