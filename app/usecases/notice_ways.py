"""Staff say how they want to be warned beside the console: by mail, by text to a number of their own."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from app.domain.escalation import Channel
from app.domain.phone import Phone
from app.store.staff import Staff
from app.usecases import audit, dialling
from app.usecases.parts import Parts

CHOICES = (Channel.EMAIL.value, Channel.SMS.value)


class WaysRefused(Exception):
    """It cannot be kept so: `phone_missing`, `phone_unread`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def choose(parts: Parts, staff_id: UUID, ways: Collection[str], written: str, now: datetime) -> None:
    """Keeps the ways, and the number where one is `written`, read as the first brand's people would write it. Who wants
    no texts leaves no number with us. Raises WaysRefused."""
    wanted = [way for way in CHOICES if way in ways]
    phone = _phone(parts, written, now) if Channel.SMS in wanted and written.strip() else None
    with parts.store.write() as session:
        person = session.get_one(Staff, staff_id, with_for_update=True)
        number = (phone or person.phone) if Channel.SMS in wanted else None
        if Channel.SMS in wanted and number is None:
            raise WaysRefused("phone_missing")
        if (sorted(person.notice_channels), person.phone) == (sorted(wanted), number):
            return
        is_another = number != person.phone
        person.notice_channels, person.phone = wanted, number
        about = ("staff", str(staff_id), now, staff_id)
        audit.note(session, person.email, "staff.notices", *about, ways=wanted, is_number_changed=is_another)


def _phone(parts: Parts, written: str, now: datetime) -> str:
    directory = parts.directory.current(now)
    first = next(iter(directory.brands))
    found = dialling.phone_of(directory, first, written)
    if not isinstance(found, Phone):
        raise WaysRefused("phone_unread")
    return found.e164
