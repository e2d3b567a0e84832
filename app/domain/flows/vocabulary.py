"""The words that flows may use beyond their own: intents, types of event, brand and order data,
opt-out words.
"""

from dataclasses import dataclass

from app.domain.opt_out import OptInWord, OptOutWord

INTENTS = frozenset(
    {
        "abuse",
        "book",
        "change_booking",
        "claim_offer",
        "complaint",
        "confirm",
        "deny",
        "greeting",
        "help",
        "human_agent",
        "offer_info",
        "opt_in",
        "opt_out",
        "order_status",
        "out_of_scope",
        "praise",
        "refer_friend",
        "refund_return",
        "store_info",
        "wrong_number",
    }
)
EVENTS = frozenset(
    {
        "order.placed",
        "order.paid",
        "order.shipped",
        "order.delivered",
        "order.cancelled",
        "order.refunded",
        "order.completed",
        "appointment.completed",
        "complaint.resolved",
    }
)
CUSTOM_EVENT = "custom."
BRAND = frozenset(
    {"name", "hotline", "hours", "address", "parking", "map_link", "video_link", "review_link", "website"}
)
ORDER = frozenset(
    {"number", "status", "updated_at", "placed_at", "delivered_at", "carrier", "tracking_number", "amount"}
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What checks compare a flow with. Events that begin with `custom.` are always known."""

    opt_out_words: tuple[OptOutWord, ...] = ()
    opt_in_words: tuple[OptInWord, ...] = ()
    intents: frozenset[str] = INTENTS
    events: frozenset[str] = EVENTS
    brand: frozenset[str] = BRAND
    order: frozenset[str] = ORDER
    offers: frozenset[str] | None = None
    """Names of the brand's offers; None while it is not known whose flow it is."""

    def knows_event(self, event_type: str) -> bool:
        """Whether an event of this type can arrive."""
        return event_type in self.events or event_type.startswith(CUSTOM_EVENT)
