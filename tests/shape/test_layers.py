import pytest
from importlinter.cli import lint_imports

from tests.shape.source import ROOT


def test_every_import_points_down(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)

    status = lint_imports(config_filename="pyproject.toml", no_logo=True, no_cache=True)

    assert status == 0, capsys.readouterr().out


def test_no_contract_has_an_exception() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert "ignore_imports" not in text
