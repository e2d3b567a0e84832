"""Lets flask-security find and keep staff through our use cases: it never sees a table."""

from typing import Any

from flask import g
from flask_security import RoleMixin, UserDatastore, UserMixin
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.usecases import log_in
from app.usecases.log_in import Account
from app.usecases.parts import Parts
from app.web.console.comparing import admitted, is_password


class HeldRole(RoleMixin):  # type: ignore[misc]
    """A role as flask-security wants to see one."""

    permissions = None

    def __init__(self, name: str = "") -> None:
        self.name = name


class Member(UserMixin, Account):  # type: ignore[misc]
    """A member of staff in a session."""

    parts: Parts

    @classmethod
    def of(cls, parts: Parts, values: dict[str, Any]) -> "Member":
        """The member with these account values."""
        member = cls(**values)
        member.parts = parts
        return member

    @property
    def roles(self) -> list[HeldRole]:
        """The one role of this member."""
        return [HeldRole(self.role)]

    def has_given(self, password: str, action: str = log_in.SUCCEEDED) -> bool:
        """Whether this is the password. Each try is noted, a right one as `action`; too many wrong ones lock."""
        with admitted():
            return self._has_given(password, action)

    def _has_given(self, password: str, action: str) -> bool:
        attempt = log_in.begin_attempt(self.parts, self, self.parts.now())
        if attempt is None:
            return is_password(password, None)
        if not is_password(password, self.password):
            log_in.fail(self.parts, self, self.parts.now())
            return False
        log_in.succeed(self.parts, self, attempt, action, self.parts.now())
        return True


class Accounts(UserDatastore):  # type: ignore[misc]
    """Finds and keeps accounts; nothing else of flask-security's store is used."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(Member, HeldRole)
        self._parts = parts

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Member | None:
        """The member with this `email`, or whose sessions carry this `fs_uniquifier`.

        Where the database has failed, the rest of the request goes on without a member: the page that tells of it
        would ask who looks at it, and fail for the same reason.
        """
        if "has_failed_to_find" in g:
            return None
        try:
            with self._parts.store.read() as session:
                values = log_in.account_values(
                    session, email=wanted.get("email"), uniquifier=wanted.get("fs_uniquifier")
                )
        except (DBAPIError, PoolTimeout):
            g.has_failed_to_find = True
            raise
        return Member.of(self._parts, values) if values else None

    def find_role(self, role: str) -> HeldRole:
        """The role of this name."""
        return HeldRole(role)

    def put(self, member: Member) -> Member:
        """Keeps what a session has changed of its account."""
        log_in.keep(self._parts, member)
        return member

    def commit(self) -> None:
        """Nothing is left to do: `put` has committed."""
