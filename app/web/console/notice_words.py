"""Words for the ways in which staff are told, and for what keeps a notice from them."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext

from app.domain.escalation import Channel
from app.reads.notices import Ways

WAYS: Mapping[str, Any] = {
    "email": lazy_gettext("Mail"),
    "sms": lazy_gettext("Text"),
    "webhook": lazy_gettext("Webhook"),
}
REASONS: Mapping[str, Any] = {
    "mail_unreachable": lazy_gettext("the mail server is away"),
    "mail_lost": lazy_gettext("the mail server broke off, or did not answer in time"),
    "mail_untrusted": lazy_gettext("nobody vouches for the mail server's certificate"),
    "mail_unencrypted": lazy_gettext("the mail server takes the password only unencrypted"),
    "mail_log_in_refused": lazy_gettext("the mail server refuses name or password"),
    "mail_sender_refused": lazy_gettext("the mail server refuses HUIXIN_SMTP_FROM"),
    "mail_bad_address": lazy_gettext("the account's address is no mail address"),
    "mail_refused": lazy_gettext("the mail server refuses the address or the mail"),
    "mail_put_off": lazy_gettext("the mail server asks to come back later"),
    "webhook_unreachable": lazy_gettext("the program is not there"),
    "webhook_bad_address": lazy_gettext("HUIXIN_ALERT_WEBHOOK_URL is no address to post to"),
    "webhook_lost": lazy_gettext("the program broke off, or did not answer in time"),
    "webhook_refused": lazy_gettext("the program refuses it"),
    "not_set_up": lazy_gettext("this way is not set up any more"),
    "no_sender": lazy_gettext("the brand has no number to write from"),
    "no_phone": lazy_gettext("the account has no number any more"),
    "given_up": lazy_gettext("whoever sent it did not come back, again and again"),
    "error": lazy_gettext("an error of ours; the log has it"),
}


def say_way(code: str) -> str:
    """A way of telling staff."""
    return str(WAYS.get(code, code))


def say_notice(reason: str) -> str:
    """Why a notice has not arrived."""
    return str(REASONS.get(reason, reason))


def say_ways(ways: Ways, has_mail: bool) -> str:
    """How somebody is told beside the console."""
    by_mail = [gettext("by mail")] if has_mail and Channel.EMAIL in ways.channels else []
    by_text = [gettext("by text")] if Channel.SMS in ways.channels else []
    both = [*by_mail, *by_text]
    return gettext("by mail and by text") if len(both) > 1 else "".join(both) or str(gettext("not at all"))


FILTERS = {"say_way": say_way, "say_ways": say_ways, "say_notice": say_notice}
