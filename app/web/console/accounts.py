"""Lets flask-security find and keep staff through our use cases: it never sees a table."""

from typing import Any

from flask import g
from flask_security import RoleMixin, UserDatastore, UserMixin
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.usecases import log_in
from app.usecases.log_in import Account
from app.usecases.parts import Parts


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


class Accounts(UserDatastore):  # type: ignore[misc]
    """Finds and keeps accounts; nothing else of flask-security's store is used."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(Member, HeldRole)
        self._parts = parts

    def find_user(self, case_insensitive: bool = False, **wanted: Any) -> Member | None:
        """The member with this `email`, or whose session carries this `fs_uniquifier`.

        Where the database has failed, the rest of the request goes on without a member: the page that tells of it
        would ask who looks at it, and fail for the same reason.
        """
        if "has_failed_to_find" in g:
            return None
        try:
            with self._parts.store.read() as session:
                if (email := wanted.get("email")) is not None:
                    values = log_in.account_by_email(session, email)
                else:
                    token = wanted.get("fs_uniquifier", "")
                    values = log_in.account_in_session(session, token, self._parts.now())
        except (DBAPIError, PoolTimeout):
            g.has_failed_to_find = True
            raise
        return Member.of(self._parts, values) if values else None

    def half_way_in(self, token: str) -> Member | None:
        """The member who has given the password in the session of this token, and not the code."""
        with self._parts.store.read() as session:
            values = log_in.account_in_session(session, token, self._parts.now(), is_half=True)
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
