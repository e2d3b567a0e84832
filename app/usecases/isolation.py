"""Keeps one bad row from blocking its neighbours: a batch that fails is repeated row by row."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

log = structlog.get_logger(__name__)
R = TypeVar("R")


def each_alone_after_failure(
    ids: Sequence[UUID], act: Callable[[Sequence[UUID]], R], give_up: Callable[[UUID], None]
) -> list[R]:
    """What `act` says of all rows at once, or, where that raises, of each alone; one that fails alone is given up.

    A database that is away is nobody's fault: that error is raised, and the rows stay as they are.
    """
    return list(in_turn(ids, act, give_up))


def in_turn(
    ids: Sequence[UUID], act: Callable[[Sequence[UUID]], R], give_up: Callable[[UUID], None]
) -> Iterator[R]:
    """The same, each result as soon as it is there: what depends on it can be done before the next row is begun."""
    if not ids:
        return
    try:
        result = act(ids)
    except Exception as error:
        if isinstance(error, DBAPIError | PoolTimeout) and not isinstance(error, DataError | IntegrityError):
            raise
        if len(ids) == 1:
            log.exception("a row cannot be dealt with and is set aside", row=str(ids[0]))
            give_up(ids[0])
            return
    else:
        yield result
        return
    for one in ids:
        yield from in_turn([one], act, give_up)
