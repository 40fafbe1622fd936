"""The wheel as a user gets it: built from the tree, installed into an empty environment, and run."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "tastytrade"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment's folder of programs: it has the wheel, and borrows the running one's dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = sysconfig.get_path("scripts", "venv", {"base": str(folder)}) + "/python"
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, str(wheel), cwd=folder)
    # The folder is only added to the path: the editable install that lives in it does not come along.
    site_packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return Path(python).parent


def run(*command: str, cwd: Path) -> str:
    """What a command printed, without a variable that would change which packages it sees."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_has_the_package_and_nothing_else(wheel: Path) -> None:
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    names = zipfile.ZipFile(wheel).namelist()

    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == wanted
    assert "tastytrade/py.typed" in packed


def test_the_installed_wheel_is_the_package_that_runs(environment: Path, tmp_path: Path) -> None:
    where = run(
        str(environment / "python"), "-c", "import tastytrade; print(tastytrade.__file__)", cwd=tmp_path
    )

    assert Path(where.strip()).is_relative_to(environment.parent)


def test_the_command_of_the_installed_wheel_says_its_version(environment: Path, tmp_path: Path) -> None:
    printed = run(str(environment / "tastytrade"), "--version", cwd=tmp_path)

    assert version("tastytrade-marketdata") in printed


def test_every_module_of_the_installed_wheel_can_be_imported(environment: Path, tmp_path: Path) -> None:
    script = (
        "import importlib, pkgutil, tastytrade\n"
        "for module in pkgutil.walk_packages(tastytrade.__path__, 'tastytrade.'):\n"
        "    if not module.name.endswith('__main__'):\n"
        "        importlib.import_module(module.name)\n"
        "        print(module.name)\n"
    )

    printed = run(str(environment / "python"), "-W", "error", "-c", script, cwd=tmp_path)

    assert "tastytrade.dxlink.messages" in printed.split()
