"""What staff may say of a complaint: what it is about, how urgent it is, how it was settled."""

from enum import StrEnum

from app.domain import alert_words

CATEGORIES = tuple(alert_words.CATEGORIES)
"""What a complaint is about; a flow may name others."""
SEVERITIES = (1, 2)
"""Urgent, and normal."""


class Resolution(StrEnum):
    """How a complaint was settled."""

    REFUNDED = "refunded"
    REPLACED = "replaced"
    COMPENSATED = "compensated"
    MENDED = "mended"
    EXPLAINED = "explained"
    APOLOGISED = "apologised"
    UNFOUNDED = "unfounded"
    WITHDRAWN = "withdrawn_by_customer"
    OTHER = "otherwise"
