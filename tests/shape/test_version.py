import re
import tomllib
from importlib.metadata import version

from tests.shape.source import ROOT


def test_project_changelog_and_installed_package_have_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)

    assert newest is not None
    assert newest[1] == project["version"]
    assert version(project["name"]) == project["version"]
