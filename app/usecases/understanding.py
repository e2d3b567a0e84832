"""Asks the NLU about texts, and about what those say beside that opt out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.domain.beside_opt_out import rest_of
from app.domain.routing import Understood, may_opt_out
from app.nlu import Nlu, Parsed, Unavailable
from app.usecases.complaint_beside import OPTED_OUT


def understand(nlu: Nlu, rows: Sequence[Any]) -> list[Understood | Unavailable]:
    """What the NLU makes of each inbound row, in their order; of one that has opted out by rule, of its rest alone."""
    parsed = nlu.parse([rest_of(row.text) if row.outcome == OPTED_OUT else row.text for row in rows])
    read = [_understood(one) if isinstance(one, Parsed) else one for one in parsed]
    rests = {
        number: rest
        for number, (row, one) in enumerate(zip(rows, read, strict=True))
        if row.outcome != OPTED_OUT and isinstance(one, Understood) and may_opt_out(one)
        if (rest := rest_of(row.text))
    }
    if rests:
        for number, one in zip(rests, nlu.parse(list(rests.values())), strict=True):
            known = read[number]
            if isinstance(one, Parsed) and isinstance(known, Understood):
                read[number] = replace(known, beside=dict(one.ranking))
    return read


def _understood(parsed: Parsed) -> Understood:
    entities = {entity.kind: entity.value for entity in parsed.entities}
    return Understood(parsed.intent, parsed.confidence, dict(parsed.ranking), entities, parsed.model)
