"""Puts the codes of the desk into plain words; what has no words yet is shown as its code."""

from collections.abc import Callable, Collection, Mapping

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from app.domain.content.check import Finding
from app.reads.reason_words import Language, code_words, reason_words
from app.web.console import desk_words
from app.web.console.languages import shown

Words = Mapping[str, LazyString]

ROLES: Words = {
    "support": lazy_gettext("Support"),
    "marketer": lazy_gettext("Marketer"),
    "manager": lazy_gettext("Manager"),
    "admin": lazy_gettext("Administrator"),
}
STATES: Words = {
    "queued": lazy_gettext("Waiting to be sent"),
    "claimed": lazy_gettext("Waiting to be sent"),
    "handing": lazy_gettext("Being sent"),
    "accepted": lazy_gettext("Sent"),
    "sent": lazy_gettext("Sent"),
    "delivered": lazy_gettext("Delivered"),
    "read": lazy_gettext("Read"),
    "undelivered": lazy_gettext("Not delivered"),
    "unknown": lazy_gettext("Not known whether it was sent"),
    "refused": lazy_gettext("Not sent"),
    "failed": lazy_gettext("Failed"),
    "cancelled": lazy_gettext("Cancelled"),
    "received": lazy_gettext("Not answered yet"),
    "understanding": lazy_gettext("Waits to be understood"),
    "done": lazy_gettext("Dealt with"),
}
COMPLAINT_STATES: Words = {
    "open": lazy_gettext("Open"),
    "waiting": lazy_gettext("Waiting for the customer"),
    "resolved": lazy_gettext("Resolved"),
    "closed": lazy_gettext("Closed"),
}
KINDS: Words = {
    "service_complaint": lazy_gettext("About goods or service"),
    "message_complaint": lazy_gettext("About being texted"),
}
EVENTS: Words = {
    **desk_words.EVENTS,
    "opened": lazy_gettext("Opened"),
    "joined": lazy_gettext("The customer wrote again"),
    "replied": lazy_gettext("Replied"),
    "reply_failed": lazy_gettext("The reply did not reach the customer"),
    "resolution_failed": lazy_gettext("The text about the resolution did not reach the customer: open again"),
    "paused": lazy_gettext("Waiting for the customer"),
    "resolved": lazy_gettext("Resolved"),
    "reopened": lazy_gettext("Reopened"),
    "rebased": lazy_gettext("Deadlines counted anew by the brand's present policy"),
    "breached": lazy_gettext("Deadline missed"),
    "followed_up": lazy_gettext("Followed up"),
    "noted": lazy_gettext("Note"),
    "raised": lazy_gettext("More urgent"),
    "assigned": lazy_gettext("Assigned"),
}
DETAILS: Words = {
    **desk_words.RESOLUTIONS,
    **desk_words.CATEGORIES,
    "by_staff": lazy_gettext("staff say so"),
    "first_response": lazy_gettext("first response"),
    "resolution": lazy_gettext("resolution"),
    "follow_up": lazy_gettext("follow-up"),
    "asked": lazy_gettext("asked whether it is solved"),
    "solved": lazy_gettext("solved, says the customer"),
    "unsolved": lazy_gettext("not solved, says the customer"),
    "unclear": lazy_gettext("the answer was not clear"),
    "no_answer": lazy_gettext("no answer"),
    "not_possible": lazy_gettext("could not be asked by text"),
}
TONES: Words = {
    "unhappy": lazy_gettext("Unhappy"),
    "angry": lazy_gettext("Angry"),
}
CLOCKS: Words = {
    "first_response": lazy_gettext("First response"),
    "resolution": lazy_gettext("Resolution"),
    "follow_up": lazy_gettext("Follow-up"),
    "answer": lazy_gettext("Answer"),
}
LEDGER: Words = {
    "requested": lazy_gettext("asked, not confirmed yet"),
    "granted": lazy_gettext("agreed to marketing"),
    "withdrawn": lazy_gettext("opted out of marketing"),
    "stopped_all": lazy_gettext("stopped all texts"),
    "held": lazy_gettext("may have opted out; it was being found out"),
    "lifted": lazy_gettext("opt-out or hold ended, never agreed"),
    "ended": lazy_gettext("ended: the number has a new owner"),
}
CATEGORIES = desk_words.CATEGORIES
CONSENTS: Words = {
    "none": lazy_gettext("No consent to marketing"),
    "pending": lazy_gettext("Consent not confirmed yet"),
    "granted": lazy_gettext("Agreed to marketing"),
    "held": lazy_gettext("Marketing held"),
    "withdrawn": lazy_gettext("Opted out"),
}
SEPARATE: Words = {
    "health": lazy_gettext("Health and pregnancy"),
    "children": lazy_gettext("Children under 14"),
    "location": lazy_gettext("Location"),
    "finance": lazy_gettext("Finance"),
    "personalisation": lazy_gettext("Personalisation"),
}
SOURCES: Words = {
    "web_form": lazy_gettext("On a web form"),
    "store": lazy_gettext("In the store"),
    "paper": lazy_gettext("On paper"),
    "phone_call": lazy_gettext("On the phone"),
    "event": lazy_gettext("At an event"),
    "purchase": lazy_gettext("While buying"),
    "member_system": lazy_gettext("In the member system"),
    "partner": lazy_gettext("Through a partner, naming this brand"),
    "bought_list": lazy_gettext("They did not: the list was bought"),
}
IMPORT_FIELDS: Words = {
    "phone": lazy_gettext("Phone"),
    "name": lazy_gettext("Name"),
    "language": lazy_gettext("Language"),
    "timezone": lazy_gettext("Time zone"),
    "tags": lazy_gettext("Tags"),
    "consent_source": lazy_gettext("Consent: source"),
    "consent_at": lazy_gettext("Consent: time"),
    "consent_wording": lazy_gettext("Consent: wording"),
}
IMPORT_STATES: Words = {
    "draft": lazy_gettext("Waits for you"),
    "running": lazy_gettext("Under way"),
    "done": lazy_gettext("Imported"),
    "failed": lazy_gettext("Failed"),
}
OFFERS: Words = {
    "live": lazy_gettext("holds"),
    "offer_expired": lazy_gettext("is over"),
    "offer_sold_out": lazy_gettext("is sold out"),
}
REFUSALS: Words = {
    **desk_words.REFUSALS,
    "name_wrong": lazy_gettext("A name is small letters, digits and _, such as member_day."),
    "title_missing": lazy_gettext("Say what the offer is called in a text."),
    "discount_unread": lazy_gettext("No discount can be read in it: write it like 满100减20 or 15% off."),
    "price_wrong": lazy_gettext("A price is a number with two decimals at most."),
    "quantity_wrong": lazy_gettext("A quantity is a whole number from 0."),
    "days_wrong": lazy_gettext("The last day is before the first one."),
    "empty": lazy_gettext("There is nothing written yet."),
    "unknown_customer": lazy_gettext("This customer is not known."),
    "unknown_complaint": lazy_gettext("This complaint is not known."),
    "no_sender": lazy_gettext(
        "This brand has no number to write from. Ask an administrator to add a channel."
    ),
    "taken_by_another": lazy_gettext("A colleague has this conversation."),
    "consent_unproved": lazy_gettext("Write down the words that the customer agreed to."),
    "reassigned_already": lazy_gettext("The number has a new owner already."),
    "not_held": lazy_gettext("Marketing is not held any more."),
    "already_resolved": lazy_gettext("This complaint is resolved already."),
    "unknown_scenario": lazy_gettext("There is no such made-up customer."),
    "practice_over": lazy_gettext("This practice has ended."),
}
ACTORS: Words = {
    "command": lazy_gettext("a command"),
    "tone of a text": lazy_gettext("the tone of a text"),
    "clock jumped forward": lazy_gettext("the clock, which had jumped forward"),
}
"""Who does things beside staff."""
ACTIONS: Words = {
    "log_in": lazy_gettext("logged in"),
    "log_in.failed": lazy_gettext("wrong password or code"),
    "log_in.locked": lazy_gettext("locked out for 15 minutes: too many wrong tries"),
    "log_in.password": lazy_gettext("gave the password; a code was asked for"),
    "log_out": lazy_gettext("logged out"),
    "password.change": lazy_gettext("changed the password"),
    "password.reset": lazy_gettext("gave a new one-time password"),
    "second_factor.codes": lazy_gettext("made new recovery codes"),
    "second_factor.off": lazy_gettext("turned two-step log-in off"),
    "second_factor.on": lazy_gettext("turned two-step log-in on"),
    "second_factor.recovery": lazy_gettext("used a recovery code"),
    "second_factor.require": lazy_gettext("said which roles need two-step log-in"),
    "second_factor.reset": lazy_gettext("took a colleague's two-step log-in away"),
    "sessions.end": lazy_gettext("ended sessions"),
    "staff.add": lazy_gettext("added an account"),
    "staff.close": lazy_gettext("closed an account"),
    "staff.open": lazy_gettext("opened an account again"),
    "staff.notices": lazy_gettext("chose how to be warned"),
    "warning.acknowledge": lazy_gettext("took on a warning"),
    "brand.add": lazy_gettext("added a brand"),
    "brand.change": lazy_gettext("changed a brand's hours or anniversary"),
    "channel.add": lazy_gettext("added a channel"),
    "channel.change": lazy_gettext("changed a channel's hours"),
    "flows.publish": lazy_gettext("published flows"),
    "quarantine.discard": lazy_gettext("gave up a delivery that could not be read"),
    "consent.granted": lazy_gettext("recorded consent"),
    "consent.withdrawn": lazy_gettext("recorded a withdrawal"),
    "consent.hold_lifted": lazy_gettext("ended a hold on marketing"),
    "flows.unpublish": lazy_gettext("took a flow back"),
    "customer.erase": lazy_gettext("erased all that is kept about a customer"),
    "customer.export": lazy_gettext("exported all that is kept about a customer"),
    "customer.put": lazy_gettext("changed a customer"),
    "customers.import": lazy_gettext("began to import a list of customers"),
    "customers.import_ended": lazy_gettext("imported a list of customers"),
    "label.accept": lazy_gettext("accepted what a text was said to mean"),
    "label.put": lazy_gettext("said what a text meant"),
    "label.reject": lazy_gettext("rejected what a text was said to mean"),
    "licence.add": lazy_gettext("recorded a licence or filing"),
    "licence.end": lazy_gettext("took a licence or filing off the record"),
    "partner.add": lazy_gettext("recorded a partner's agreement"),
    "partner.renew": lazy_gettext("renewed a partner's agreement"),
    "numbers.check": lazy_gettext("asked a number-check service about numbers"),
    "numbers.list": lazy_gettext("listed numbers that are not verified"),
    "marketing.stop": lazy_gettext("stopped marketing"),
    "marketing.resume": lazy_gettext("resumed marketing"),
    "api_key.add": lazy_gettext("made an API key"),
    "api_key.revoke": lazy_gettext("revoked an API key"),
    "audit.bundle": lazy_gettext("made a bundle for a regulator"),
    "customer.reveal": lazy_gettext("saw a full phone number"),
    "outbound.seen": lazy_gettext("saw to a message that was not sent"),
    "offer.put": lazy_gettext("wrote an offer"),
    "offer.sold_out": lazy_gettext("marked an offer sold out"),
    "offer.back": lazy_gettext("put an offer back on sale"),
    **desk_words.ACTIONS,
    "desk.reply": lazy_gettext("replied"),
    "desk.assign": lazy_gettext("gave a line of the inbox to somebody"),
    "desk.take": lazy_gettext("took a conversation"),
    "desk.hand_back": lazy_gettext("handed a conversation back"),
    "desk.reassign": lazy_gettext("ended the profile of a number's former owner"),
    "complaint.raise": lazy_gettext("made a complaint more urgent"),
    "conversation.raise": lazy_gettext("made a hand-over more urgent"),
    "complaint.resolve": lazy_gettext("resolved a complaint"),
    "complaint.note": lazy_gettext("noted something on a complaint"),
    "complaint_policy.change": lazy_gettext("changed the deadlines of a brand's complaints"),
}


def say_detail(code: str | None) -> str:
    """What a complaint's event adds: a word of its own, or the reason why a text did not arrive."""
    if not code:
        return ""
    return str(DETAILS[code]) if code in DETAILS else reason_words(code, "zh" if shown() == "zh" else "en")


def say_signs(signs: Collection[str]) -> str:
    """What a tone was heard by."""
    language: Language = "zh" if shown() == "zh" else "en"
    return ("、" if language == "zh" else ", ").join(code_words(sign, language) for sign in signs)


def _filter(words: Words) -> Callable[[str | None], str]:
    return lambda code: str(words.get(code, code)) if code else ""


def say_finding(finding: Finding) -> str:
    """What a check says of a text, with the very words that it is about."""
    said = reason_words(finding.code, "zh" if shown() == "zh" else "en")
    if finding.code == "too_long":
        return str(
            gettext("%(count)s characters with what is added by itself; 500 at most", count=finding.quote)
        )
    return said + (gettext(": “%(quote)s”", quote=finding.quote) if finding.quote else "")


FILTERS = {
    "say_role": _filter(ROLES),
    "say_state": _filter(STATES),
    "say_complaint_state": _filter(COMPLAINT_STATES),
    "say_kind": _filter(KINDS),
    "say_event": _filter(EVENTS),
    "say_detail": say_detail,
    "say_finding": say_finding,
    "say_attachment": _filter(desk_words.ATTACHMENTS),
    "say_told_by": desk_words.say_told_by,
    "say_resolution": _filter(desk_words.RESOLUTIONS),
    "say_severity": _filter(desk_words.SEVERITIES),
    "say_clock": _filter(CLOCKS),
    "say_tone": _filter(TONES),
    "say_signs": say_signs,
    "say_ledger": _filter(LEDGER),
    "say_category": _filter(CATEGORIES),
    "say_consent": _filter(CONSENTS),
    "say_separate": _filter(SEPARATE),
    "say_actor": _filter(ACTORS),
    "say_action": _filter(ACTIONS),
    "say_import_state": _filter(IMPORT_STATES),
    "say_offer": _filter(OFFERS),
}


def refusal(reason: str, objections: Collection[Finding] = ()) -> str:
    """Why what staff asked for cannot be done."""
    if objections:
        return f"{gettext('It would not be sent:')} {'; '.join(map(say_finding, objections))}"
    return str(REFUSALS.get(reason, gettext("This cannot be done now.")))
