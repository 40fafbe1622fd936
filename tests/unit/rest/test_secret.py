import copy
import pickle
import traceback
from collections.abc import Callable

import pytest

from tastytrade.errors import ConfigurationError
from tastytrade.rest.secret import Secret, is_header_value, redact
from tests.canary import CANARY, shown_by


@pytest.mark.parametrize(
    "show", [repr, str, "{}".format, "{:>20}".format, lambda it: f"{it!r}", lambda it: "%s".__mod__((it,))]
)
def test_a_secret_is_shown_nowhere(show: Callable[[Secret], str]) -> None:
    shown = show(Secret(CANARY))

    assert CANARY not in shown
    assert "<hidden>" in shown


def test_a_secret_reveals_itself_when_asked() -> None:
    assert Secret(CANARY).reveal() == CANARY


def test_a_secret_inside_other_things_is_hidden() -> None:
    assert CANARY not in repr({"a": [Secret(CANARY)], "b": (Secret(CANARY),)})


def test_a_secret_has_no_dictionary_to_look_into() -> None:
    with pytest.raises(TypeError):
        vars(Secret(CANARY))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_carries_no_secret(protocol: int) -> None:
    pickled = pickle.dumps(Secret(CANARY), protocol)

    assert CANARY.encode() not in pickled
    with pytest.raises(ConfigurationError, match="not pickled"):
        pickle.loads(pickled).reveal()


def test_a_copy_is_the_secret_itself() -> None:
    secret = Secret(CANARY)

    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


def test_secrets_of_one_value_are_equal_and_hash_alike() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


def test_a_secret_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Secret("a")._value = "b"


def test_a_traceback_with_locals_hides_secrets() -> None:
    def fail(secret: Secret) -> None:
        raise ValueError(f"about {secret}")

    with pytest.raises(ValueError, match="about <hidden>") as caught:
        fail(Secret(CANARY))

    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert CANARY not in shown
    assert "secret = <hidden>" in shown


def test_redacting_takes_out_the_longest_first_and_percent_encoded_ones() -> None:
    secrets = [Secret("abcd"), Secret("abcdef"), Secret("a/b c"), Secret(""), Secret("x")]

    assert redact("abcdef abcd a%2Fb%20c x", secrets) == "<hidden> <hidden> <hidden> x"


def test_a_secret_that_is_no_text_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigurationError, match="no text in UTF-8") as caught:
        Secret(f"{CANARY}\udcff")

    assert CANARY not in shown_by(caught.value)
    assert Secret("p\u00e4ss\U0001f600").reveal()


@pytest.mark.parametrize(
    ("value", "expected"), [("a b", True), ("a\n", False), ("\u00e9", False), ("\0", False)]
)
def test_a_header_holds_what_can_be_printed_in_ascii(value: str, expected: bool) -> None:
    assert is_header_value(Secret(value)) is expected
