"""The simulator's checker: what it says can be read off the number, as the fate of a text to it can."""

from collections.abc import Sequence

from app.number_checkers import Access, Checker, Finding, Standing
from app.providers.simulator import CODE_DEAD
from app.providers.transport import Transport

CODE_SUSPENDED = "MK:0005"
"""停机 (PROVIDERS' CMPP table)."""
SPECIAL = {
    "0002": (Standing.DEAD, CODE_DEAD),
    "0003": (Standing.SUSPENDED, CODE_SUSPENDED),
    "0004": (Standing.UNKNOWN, None),
}
LEFT_OUT = "0005"
"""The end of the numbers of which the answer says nothing."""


def check(phones: Sequence[str], access: Access, transport: Transport) -> list[Finding]:
    """Answers by the last four digits; all other numbers are in use."""
    return [
        Finding(phone, *SPECIAL.get(phone[-4:], (Standing.ALIVE, None)))
        for phone in phones
        if not phone.endswith(LEFT_OUT)
    ]


CHECKER = Checker("simulator", batch=100, check=check)
