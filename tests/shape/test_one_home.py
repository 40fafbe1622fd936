import pytest

from tests.shape.source import sources


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("polars", ("tables/", "store/", "analytics/")),
        ("deltalake", ("store/",)),
        ("httpx2", ("transport/",)),
        ("websockets", ("transport/",)),
    ],
)
def test_a_library_is_imported_in_its_home_alone(library: str, home: tuple[str, ...]) -> None:
    users = {
        source.name for source in sources() if library in {name.split(".")[0] for name in source.imports}
    }

    assert {name for name in users if not name.startswith(home)} == set()
    assert users != set()
