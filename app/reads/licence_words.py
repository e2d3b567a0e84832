"""Says in Chinese and English how it stands with a licence, and why one cannot be recorded."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from app.domain.licences import LicenceKind
from app.reads.licences import AgreementLine, Needed, State

Language = Literal["zh", "en"]

STATES: Mapping[State, tuple[str, str]] = {
    State.VALID: ("有效", "valid"),
    State.SOON: ("即将到期", "ends soon"),
    State.EXPIRED: ("已过期", "expired"),
    State.COMING: ("尚未生效", "not valid yet"),
    State.MISSING: ("未登记", "not on record"),
}
REFUSALS: Mapping[str, tuple[str, str]] = {
    "unknown_kind": ("没有这种证照或备案", "there is no such kind of licence or filing"),
    "unknown_brand": ("没有这个品牌", "there is no such brand"),
    "number_needed": (
        "请填写证照或备案编号，最多80个字符",
        "give the number of the licence or filing, of up to 80 characters",
    ),
    "end_needed": (
        "这种证照有期限，请填写有效期至哪天",
        "this kind does not hold for ever: give its last day",
    ),
    "ends_before_start": ("截止日早于起始日", "its last day is before its first"),
    "ended_already": ("这份证照已经过期", "it has expired already"),
    "channel_needed": ("这种备案按通道办理，请选择通道", "this kind is filed by channel: name the channel"),
    "no_channel_here": (
        "这种证照不按通道办理，请不要选择通道",
        "this kind is not filed by channel: name none",
    ),
    "unknown_channel": ("没有这个通道", "there is no such channel"),
    "channel_not_theirs": ("这个品牌不从该通道发送短信", "the brand does not write from this channel"),
    "no_signature_here": (
        "签名有误：按签名报备的种类才填写，最多40个字符",
        "the signature does not fit: only a kind that is filed by signature has one, of up to 40 characters",
    ),
    "partner_needed": ("请填写合作方名称，最多80个字符", "name the partner, with up to 80 characters"),
    "partner_known": (
        "这个合作方已登记：请续签它的协议",
        "this partner is on record: renew the agreement instead",
    ),
    "brand_unnamed": (
        "合作方处的同意没有写明本品牌",
        "what they agreed to at the partner does not name the brand",
    ),
    "agreement_ended": (
        "合作协议已过期：先续签，再导入",
        "the agreement with this partner has expired: renew it first",
    ),
    "unknown_partner": ("这个品牌没有这个合作方", "there is no such partner of the brand"),
    "known_already": ("这份证照已登记", "it is on record already"),
}
COMMANDS: Mapping[str, str] = {
    "unknown_kind": "huixin licences kinds",
    "unknown_brand": "huixin brands list",
    "unknown_channel": "huixin channels list",
    "partner_known": "huixin partners renew",
    "unknown_partner": "huixin partners list",
}
"""The command that helps on from a refusal; pages have links instead."""


def refusal_words(reason: str, language: Language) -> str:
    """Why it cannot be recorded."""
    return _pick(REFUSALS[reason], language)


def command_refusal(reason: str, language: Language) -> str:
    """The same at a terminal, with the command that helps on."""
    words = refusal_words(reason, language)
    if reason not in COMMANDS:
        return words
    return f"{words}（`{COMMANDS[reason]}`）" if language == "zh" else f"{words} (`{COMMANDS[reason]}`)"


def state_words(state: str, language: Language) -> str:
    """How it stands."""
    return _pick(STATES[State(state)], language)


def kind_words(kind: LicenceKind, language: Language) -> str:
    """The kind's name."""
    return _pick((kind.zh, kind.en), language)


def needed_words(one: Needed, language: Language) -> str:
    """One sentence about a need."""
    kind, state = kind_words(one.kind, language), state_words(one.state, language)
    until = f" ({one.ends_at - timedelta(days=1):%Y-%m-%d})" if one.ends_at else ""
    if language == "zh":
        return f"{one.brand} 在通道 {one.channel} 发营销短信需要“{kind}”：{state}{until}"
    return f"marketing of {one.brand} on {one.channel} needs the {kind}: {state}{until}"


def agreement_words(one: AgreementLine, language: Language) -> str:
    """One sentence about a partner's agreement."""
    state = state_words(one.state, language)
    if language == "zh":
        return f"{one.brand} 与 {one.name} 的合作协议 {one.agreement}：{state} ({one.expires_on})"
    return f"the agreement {one.agreement} of {one.brand} with {one.name}: {state} ({one.expires_on})"


def _pick(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language == "zh" else pair[1]
