import sys

import pytest

from tastytrade.transport.event_loop import new_event_loop


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not made for it")
def test_a_program_of_ours_runs_on_uvloop_where_it_is_installed() -> None:
    loop = new_event_loop()
    loop.close()

    assert type(loop).__module__ == "uvloop"
