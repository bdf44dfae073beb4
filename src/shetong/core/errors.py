"""Errors that people read: each has a stable code and a Chinese sentence that says what to do."""

from __future__ import annotations

from collections.abc import Mapping


class DomainError(Exception):
    """A business act was refused. ``code`` is stable for programs; ``message`` is for people; ``fields`` for forms.

    ``provision`` names the provision relied upon, where there is one (such as ``《社会组织名称管理办法》第十六条``).
    """

    code = "refused"
    status = 422

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Mapping[str, str] | None = None,
        provision: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = dict(fields or {})
        self.provision = provision


class InvalidInputError(DomainError):
    """What was given does not have the required form."""

    code = "invalid-input"


class NotFoundError(DomainError):
    """No such record, or none that this viewer may know of."""

    code = "not-found"
    status = 404


class ForbiddenError(DomainError):
    """The actor's role or jurisdiction does not allow the act."""

    code = "forbidden"
    status = 403


class WrongStateError(DomainError):
    """The record's present state does not allow the act."""

    code = "wrong-state"
    status = 409


class ConflictError(DomainError):
    """The act contradicts something that the database already holds."""

    code = "conflict"
    status = 409
