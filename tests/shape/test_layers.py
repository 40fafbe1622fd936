import subprocess
import sys

from tests.shape.source import ROOT

# In a process of its own, because it switches off every logger there is.
LINT = "import importlinter.cli as cli; raise SystemExit(cli.lint_imports(no_logo=True, no_cache=True))"


def test_every_import_points_down() -> None:
    command = [sys.executable, "-c", LINT]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_no_contract_has_an_exception() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert "ignore_imports" not in text
