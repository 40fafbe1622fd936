from typing import get_args

import pytest

from tastytrade.dxlink.messages import decode
from tastytrade.errors import ProtocolError
from tastytrade.simulator.fault_kinds import Sample
from tastytrade.simulator.fault_samples import sample

UNDERSTOOD = {"long", "unknown_type", "unknown_channel", "duplicate_keys"}


@pytest.mark.parametrize("name", get_args(Sample))
def test_a_sample_is_a_message_or_is_none_as_its_name_says(name: str) -> None:
    def is_message() -> bool:
        try:
            decode(sample(name, 1000))
        except ProtocolError:
            return False
        return True

    assert is_message() is (name in UNDERSTOOD)


@pytest.mark.parametrize("size_bytes", [100, 1 << 20])
def test_the_long_one_has_the_size_that_is_asked_for(size_bytes: int) -> None:
    assert len(sample("long", size_bytes)) == size_bytes
