"""Whether the folders for credentials, tokens and refusals can be used, and by this user alone."""

from __future__ import annotations

import os
from pathlib import Path

from tastytrade.checkup.finding import Diagnosis, Finding, failed, fine
from tastytrade.errors import ConfigurationError
from tastytrade.saved.folder import VARIABLE, config_folder, state_folder


def folders_finding() -> Finding:
    """Looks and changes nothing: what is missing is made when something is kept there."""
    try:
        folders = list(dict.fromkeys([config_folder(), state_folder()]))
    except ConfigurationError as error:
        fix = f"unset {VARIABLE}, or set it to the full path of a folder"
        return failed("folders", f"{VARIABLE} is no folder", Diagnosis("no_folder", str(error), fix))
    shown = ", ".join(str(folder) for folder in folders)
    for folder in folders:
        diagnosis = wrong_with(folder)
        if diagnosis is not None:
            return failed("folders", shown, diagnosis)
    return fine("folders", shown)


def wrong_with(folder: Path) -> Diagnosis | None:
    """Why a folder cannot be used, None where it can, or can be made."""
    try:
        there = next(one for one in (folder, *folder.parents) if one.exists())
        found = there.stat()
    except OSError as error:
        cause = f"{folder} cannot be looked at ({error.strerror})"
        return Diagnosis("folder_shut", cause, f"make it readable, or set {VARIABLE} to another folder")
    if not there.is_dir():
        fix = f"move {there} away, or set {VARIABLE} to another folder"
        return Diagnosis("no_folder", f"{there} is no folder, so nothing can be kept in {folder}", fix)
    if there == folder and os.name != "nt":
        if found.st_uid != os.getuid():
            fix = f"chown -R {os.getuid()} {folder}, or set {VARIABLE} to a folder of your own"
            return Diagnosis("folder_of_another", f"{folder} belongs to user number {found.st_uid}", fix)
        if found.st_mode & 0o077:
            cause = f"{folder} is open to other users (mode {found.st_mode & 0o777:o}) and is not used"
            return Diagnosis("folder_open", cause, f"chmod 700 {folder}")
    if not os.access(there, os.W_OK | os.X_OK):
        cause = f"nothing can be written to {there}, so that no token or refusal is remembered"
        return Diagnosis(
            "folder_read_only", cause, f"chmod u+wx {there}, or set {VARIABLE} to another folder"
        )
    return None
