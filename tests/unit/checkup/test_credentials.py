from __future__ import annotations

import pytest

from tastytrade.checkup.credentials import credentials, environment
from tastytrade.checkup.subject import Subject
from tastytrade.rest import Environment, OAuthCredentials, Secret
from tastytrade.rest.auth import LoginCredentials
from tastytrade.saved import save_credentials
from tastytrade.saved.folder import config_folder
from tests.canary import CANARY
from tests.unit.checkup.asking import code_of, subject_of

URL = "http://127.0.0.1:9"
ENVIRONMENT = Environment("simulator", URL)
PAIR = OAuthCredentials(Secret(f"sim_{CANARY}"), Secret(f"sim_{CANARY}"))


async def looked_at(**variables: str) -> tuple[Subject, str, str]:
    """The subject after both checks, with what was found of credentials and the diagnosis."""
    subject = subject_of(variables=variables)
    await environment(subject)
    found = await credentials(subject)
    return subject, found.found, code_of(found)


async def test_an_address_that_makes_no_sense_is_said() -> None:
    found = await environment(subject_of(variables={"TT_API_URL": "http://api.example"}))

    assert code_of(found) == "environment"


async def test_variables_come_first_and_are_never_shown() -> None:
    save_credentials(ENVIRONMENT, PAIR)
    subject, found, code = await looked_at(TT_API_URL=URL, TT_USER="me", TT_PASS=CANARY)

    assert (found, code) == ("user name and password, from environment variables", "")
    assert isinstance(subject.credentials, LoginCredentials)
    assert not subject.is_saved


async def test_what_is_kept_is_found_with_its_place() -> None:
    save_credentials(ENVIRONMENT, PAIR)
    subject, found, code = await looked_at(TT_API_URL=URL)

    assert found.startswith(f"OAuth, kept in {config_folder()}")
    assert CANARY not in found
    assert (subject.credentials, subject.is_saved, code) == (PAIR, True, "")


@pytest.mark.parametrize(
    ("spoil", "code", "fix"),
    [
        (lambda path: path.chmod(0o640), "credentials_open", "chmod 600 "),
        (lambda path: path.write_bytes(b"{"), "credentials_damaged", "mv "),
    ],
    ids=["open", "damaged"],
)
async def test_a_file_that_is_not_used_has_the_command_that_mends_it(
    spoil: object, code: str, fix: str
) -> None:
    save_credentials(ENVIRONMENT, PAIR)
    (path,) = config_folder().glob("*.credentials.json")
    assert callable(spoil)
    spoil(path)
    subject = subject_of(variables={"TT_API_URL": URL})
    await environment(subject)
    found = await credentials(subject)

    assert code_of(found) == code
    assert found.diagnosis is not None
    assert found.diagnosis.fix.startswith(f"{fix}{path}")


async def test_half_of_a_pair_and_nothing_at_all_are_told_apart() -> None:
    _, _, half = await looked_at(TT_API_URL=URL, TT_SECRET="sim_a")
    _, _, none = await looked_at(TT_API_URL=URL)

    assert (half, none) == ("half_credentials", "no_credentials")
