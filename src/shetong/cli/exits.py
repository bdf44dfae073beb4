"""What the exit codes of ``shetong`` mean, and how failures become one sentence instead of a traceback."""

from __future__ import annotations

import contextlib
import errno
import sys
from collections.abc import Iterator
from enum import IntEnum
from typing import NoReturn

DISK_PROBLEMS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "this user may not write there",
    errno.EPERM: "this user may not do that there",
    errno.ENOENT: "it does not exist",
    errno.ENOTDIR: "part of the path is not a directory",
}


class Exit(IntEnum):
    """Exit codes; also listed in ``shetong --help`` and docs/configuration.md."""

    DONE = 0
    FAILED = 1  # an unforeseen error: please report it
    USAGE = 2  # wrong options or arguments
    NOT_READY = 3  # something outside is missing: database, port, disk, setting, tool
    REFUSED = 4  # a business rule refused the act
    FINDINGS = 5  # it ran to the end and found problems: failed checks, rejected rows
    INTERRUPTED = 130  # Ctrl-C


HELP = """Exit codes: 0 done; 1 unforeseen error; 2 wrong usage; 3 something outside is missing (database, port,
disk, setting, tool); 4 refused by a rule; 5 ran to the end and found problems (failed checks, rejected rows);
130 interrupted."""


class NotReadyError(Exception):
    """Something outside this program is missing; the message says in one sentence what and what to do."""


def leave(code: Exit, message: str = "") -> NoReturn:
    """Print ``message`` for people on standard error and end with ``code``."""
    if message:
        print(f"shetong: {message}", file=sys.stderr)  # noqa: T201 - the command line speaks here
    raise SystemExit(int(code))


@contextlib.contextmanager
def plain_failures() -> Iterator[None]:
    """Turn the failures that people can mend into one sentence and a code; let programming errors through."""
    try:
        yield
    except NotReadyError as error:
        leave(Exit.NOT_READY, str(error))
    except KeyboardInterrupt:
        leave(Exit.INTERRUPTED, "interrupted")
    except OSError as error:
        if error.errno not in DISK_PROBLEMS:
            raise
        leave(Exit.NOT_READY, f"cannot use {error.filename or 'the disk'}: {DISK_PROBLEMS[error.errno]}.")
    except Exception as error:
        known = explain(error)
        if known is None:
            raise
        leave(*known)


def explain(error: BaseException) -> tuple[Exit, str] | None:
    """Return the code and the sentence for a failure that people can mend, ``None`` for any other."""
    from shetong.conf.embedded import EmbeddedDatabaseError
    from shetong.conf.env import SettingError

    if isinstance(error, SettingError | EmbeddedDatabaseError):
        return Exit.NOT_READY, str(error)
    if "django" in sys.modules:
        from django.core.exceptions import ImproperlyConfigured
        from django.db import DatabaseError, OperationalError

        from shetong.core.errors import DomainError

        if isinstance(error, DomainError):
            return Exit.REFUSED, f"{error.message} [{error.code}]"
        if isinstance(error, ImproperlyConfigured):
            return Exit.NOT_READY, f"settings: {error}"
        if isinstance(error, OperationalError):
            return Exit.NOT_READY, database_sentence(error)
        if isinstance(error, DatabaseError):
            return _refused(error)
    return None


def _refused(error: BaseException) -> tuple[Exit, str] | None:
    from psycopg.errors import InsufficientPrivilege

    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, InsufficientPrivilege):
        reason = reason.__cause__ or reason.__context__
    if reason is None:
        return None
    said = str(reason).partition("\n")[0]
    return Exit.NOT_READY, (
        f"the database refuses ({said}). The user of DATABASE_URL must own the database or its schema public."
    )


def database_sentence(error: BaseException) -> str:
    """Say in one sentence that the database does not answer; the driver's reason without passwords or line breaks."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return f"the database does not answer ({reason[:200]}). Is it running, and is DATABASE_URL right?"
