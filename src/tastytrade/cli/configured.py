"""Configured: defaults of options, from variables and from a file; what is typed comes before both.

environment = "simulator"       # as TT_ENVIRONMENT, which comes first
[quote]                         # a command
format = "csv"                  # its option --format; TASTYTRADE_QUOTE_FORMAT comes first
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup, TyperOption

from tastytrade.errors import ConfigurationError

PREFIX = "TASTYTRADE_"
PATH_VARIABLE = f"{PREFIX}CONFIG"
ENVIRONMENT = "environment"
ENVIRONMENT_VARIABLE = "TT_ENVIRONMENT"
NOT_KEPT = frozenset({"help", "force", "init"})
"""Options that are about one run."""


def config_path() -> Path:
    """Where the file is: TASTYTRADE_CONFIG, else this platform's place for configurations."""
    named = os.environ.get(PATH_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("tastytrade", appauthor=False) / "config.toml"


def apply(context: typer.Context) -> None:
    """Make a run's defaults those of variables and of the file.

    Raises ConfigurationError for a file that cannot be read, or a name that is no command or option.
    """
    group = context.command
    if not isinstance(group, TyperGroup):
        return
    path = config_path()
    told = dict(_read(path)) if path.is_file() else {}
    environment = told.pop(ENVIRONMENT, None)
    if environment is not None and not os.environ.get(ENVIRONMENT_VARIABLE):
        os.environ[ENVIRONMENT_VARIABLE] = str(environment)
    unknown = sorted(told.keys() - group.commands.keys())
    if unknown:
        raise ConfigurationError(f"{path}: {unknown[0]} is no command; see `tastytrade --help`")
    context.default_map = {
        name: {**_of_file(path, name, command, told.get(name, {})), **_of_variables(name, command)}
        for name, command in group.commands.items()
    }


def commented_defaults(group: object) -> str:
    """A file in which every option stands as a comment, with its default and what it is for."""
    lines = [
        "# Defaults of tastytrade's commands. What is typed comes first, then a variable such as",
        f"# {PREFIX}QUOTE_FORMAT, then what stands here. Take away the # of what is to hold.",
        "",
        '# environment = "production"  # production, certification or simulator; TT_ENVIRONMENT comes first',
    ]
    commands = group.commands if isinstance(group, TyperGroup) else {}
    for name, command in commands.items():
        options = list(_options(command))
        lines += ["", f"[{name}]"] if options else []
        for option in options:
            help_text = " ".join((option.help or "").split())
            lines.append(f"# {_spelled(option)} = {_toml(option.default, option)}  # {help_text}")
    return "\n".join(lines) + "\n"


def _read(path: Path) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read ({error}): mend it, or move it away") from None


def _of_file(path: Path, name: str, command: object, told: object) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise ConfigurationError(f"{path}: {name} is a command, and its options stand below [{name}]")
    known = {_spelled(option): option for option in _options(command)}
    unknown = sorted(told.keys() - known.keys())
    if unknown:
        raise ConfigurationError(
            f"{path}: [{name}] has no {unknown[0]}; there are: {', '.join(known) or 'none'}"
        )
    return {str(known[key].name): value for key, value in told.items()}


def _of_variables(name: str, command: object) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in _options(command):
        variable = f"{PREFIX}{name}_{_spelled(option)}".upper().replace("-", "_")
        if variable in os.environ:
            text = os.environ[variable]
            found[str(option.name)] = text.split() if option.multiple else text
    return found


def _options(command: object) -> Iterator[TyperOption]:
    for option in getattr(command, "params", ()):
        if isinstance(option, TyperOption) and option.name not in NOT_KEPT and not option.is_eager:
            yield option


def _spelled(option: TyperOption) -> str:
    """As it is typed, without the dashes."""
    return _longest(option.opts).lstrip("-")


def _longest(names: Iterable[str]) -> str:
    return max(names, key=len)


def _toml(value: object, option: TyperOption) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if value is None or callable(value) or isinstance(value, list | tuple):
        return "[]" if option.multiple else '""'
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
