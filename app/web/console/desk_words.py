"""The words of what staff do on a conversation's page; `wording` holds those of all else."""

from collections.abc import Mapping

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

Words = Mapping[str, LazyString]

REFUSALS: Words = {
    "canned_name_wrong": lazy_gettext("A name is letters, digits, - and _, 30 at most, without a space."),
    "text_too_long": lazy_gettext("That is too long."),
    "placeholder_wrong": lazy_gettext("A placeholder is not written right"),
    "placeholder_unknown": lazy_gettext("Nothing would ever fill this placeholder"),
    "cancelled_meanwhile": lazy_gettext("It was taken back or cancelled, and was not sent."),
    "left_already": lazy_gettext("Too late: it has left already."),
    "not_yours": lazy_gettext("Only who wrote a reply can take it back."),
    "changed_meanwhile": lazy_gettext("A colleague has changed it meanwhile: see how it stands now."),
    "class_unknown": lazy_gettext("There is no such category or severity."),
    "not_waiting": lazy_gettext("This complaint does not wait for the customer any more."),
    "open_already": lazy_gettext("This complaint is open already."),
    "merged_already": lazy_gettext("This complaint has been merged into another one already."),
    "merge_apart": lazy_gettext("Only complaints of one customer to one brand can be merged."),
    "merge_with_itself": lazy_gettext("A complaint cannot be merged with itself."),
    "how_missing": lazy_gettext("Say how the complaint was settled."),
    "may_not_wait": lazy_gettext(
        "This complaint cannot wait for the customer: it is settled, or has waited three times already."
    ),
    "replied_meanwhile": lazy_gettext(
        "A colleague has replied meanwhile: read it above. Send yours all the same, or change it."
    ),
}
ACTIONS: Words = {
    "canned_reply.put": lazy_gettext("wrote a canned reply"),
    "canned_reply.remove": lazy_gettext("removed a canned reply"),
    "desk.take_back": lazy_gettext("took a reply back"),
    "complaint.classify": lazy_gettext("changed what a complaint is about or how urgent it is"),
    "complaint.go_on": lazy_gettext("ended a complaint's wait for the customer"),
    "complaint.merge": lazy_gettext("merged two complaints"),
    "complaint.reopen": lazy_gettext("reopened a complaint"),
}
EVENTS: Words = {
    "category": lazy_gettext("Category changed"),
    "lowered": lazy_gettext("Less urgent"),
    "merged": lazy_gettext("Another complaint was merged into this one"),
    "merged_away": lazy_gettext("Merged into another complaint"),
    "resumed": lazy_gettext("No longer waiting for the customer"),
}
CATEGORIES: Words = {
    "quality": lazy_gettext("Quality"),
    "delivery": lazy_gettext("Delivery"),
    "service": lazy_gettext("Service"),
    "price": lazy_gettext("Price"),
    "refund": lazy_gettext("Refund"),
    "messages": lazy_gettext("Messages"),
    "other": lazy_gettext("Other"),
}
RESOLUTIONS: Words = {
    "refunded": lazy_gettext("Refunded"),
    "replaced": lazy_gettext("Replaced or made anew"),
    "compensated": lazy_gettext("Compensated"),
    "mended": lazy_gettext("Put right"),
    "explained": lazy_gettext("Explained"),
    "apologised": lazy_gettext("Apology accepted"),
    "unfounded": lazy_gettext("Not founded"),
    "withdrawn_by_customer": lazy_gettext("Withdrawn by the customer"),
    "otherwise": lazy_gettext("Settled otherwise"),
}
ATTACHMENTS: Words = {
    "image": lazy_gettext("Picture"),
    "video": lazy_gettext("Video"),
    "audio": lazy_gettext("Sound"),
    "pdf": lazy_gettext("PDF document"),
    "contact": lazy_gettext("Contact card"),
    "file": lazy_gettext("File"),
}
TOLD_BY: Words = {
    "event": lazy_gettext("told by an event: %(what)s"),
    "inbound": lazy_gettext("from a text of theirs"),
    "api": lazy_gettext("told by a program: %(what)s"),
    "flow": lazy_gettext("asked by a flow: %(what)s"),
}
SEVERITIES: Words = {
    "1": lazy_gettext("Urgent"),
    "2": lazy_gettext("Normal"),
}


def say_told_by(source: str) -> str:
    """Who told an attribute, as it is kept: the kind of source, a colon, which one."""
    kind, _, what = source.partition(":")
    return str(TOLD_BY[kind]) % {"what": what} if kind in TOLD_BY else source
