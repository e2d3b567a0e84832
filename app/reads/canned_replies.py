"""The texts that staff keep ready, for the page where they are written."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.brands import Brand
from app.store.canned_replies import CannedReply


@dataclass(frozen=True, slots=True)
class Kept:
    """One text with its brand."""

    id: UUID
    brand_code: str
    brand_name: str
    language: str
    name: str
    text: str


def kept_texts(session: Session) -> list[Kept]:
    """Every text, by brand, name and language."""
    of_brand = select(CannedReply, Brand.code, Brand.name).join(Brand, Brand.id == CannedReply.brand_id)
    rows = session.execute(of_brand.order_by(Brand.code, CannedReply.name, CannedReply.language))
    return [Kept(row.id, code, brand, row.language, row.name, row.text) for row, code, brand in rows]
