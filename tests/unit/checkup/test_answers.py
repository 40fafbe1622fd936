from __future__ import annotations

import pytest

from tastytrade.checkup.answers import judged
from tastytrade.checkup.subject import Answers
from tastytrade.checkup.symbols import EVENT_TYPES, sample


def answers(symbol: str, *names: str, refused: frozenset[str] = frozenset()) -> Answers:
    one = sample(symbol)
    return Answers(symbol, one.kind, dict.fromkeys(names, 5.0), refused, one.expected)


ALL = EVENT_TYPES
STOCK = ("Trade", "Summary", "Profile", "Candle")
OPTION = ("Quote", "Summary", "Greeks")


@pytest.mark.parametrize(
    ("heard", "code", "words"),
    [
        ([answers("SPY", *STOCK), answers(".SPY261218C600", *OPTION)], "", ""),
        ([answers("SPY", *ALL)], "", ""),
        ([answers("SPY"), answers("QQQ")], "feed_empty", "nothing comes"),
        ([answers("SPY", *STOCK), answers("NOPE")], "symbol_silent", "NOPE"),
        ([answers("SPY", "Trade", "Summary", "Candle")], "event_type_silent", "no Profile (of SPY)"),
        ([answers("SPY", "Trade"), answers("QQQ", "Summary", "Profile", "Candle")], "", ""),
        (
            [answers("SPY", *STOCK), answers(".SPY261218C600", "Quote", "Summary")],
            "event_type_silent",
            "Greeks",
        ),
        ([answers("SPY", "Trade", refused=frozenset({"Candle"}))], "events_refused", "refuses Candle"),
        ([answers("SPY", *STOCK, refused=frozenset({"TheoPrice"}))], "", ""),
    ],
)
def test_what_explains_most_is_the_one_diagnosis(heard: list[Answers], code: str, words: str) -> None:
    found = judged(heard)

    assert (found.diagnosis.code if found.diagnosis else "") == code
    assert words in (found.diagnosis.cause if found.diagnosis else "")
