"""Words a warning for staff: which complaint, which promise, how much time is left; nothing of what customers wrote."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.escalation import WHOLE
from app.domain.sla import Clock

CLOCKS: Mapping[str, Mapping[str, str]] = {
    Clock.FIRST_RESPONSE: {"zh": "首次响应", "en": "first response"},
    Clock.RESOLUTION: {"zh": "解决", "en": "resolution"},
    Clock.FOLLOW_UP: {"zh": "回访", "en": "follow-up"},
}
CATEGORIES: Mapping[str, Mapping[str, str]] = {
    "quality": {"zh": "质量", "en": "quality"},
    "delivery": {"zh": "配送", "en": "delivery"},
    "service": {"zh": "服务", "en": "service"},
    "price": {"zh": "价格", "en": "price"},
    "refund": {"zh": "退款", "en": "refund"},
    "messages": {"zh": "短信打扰", "en": "messages"},
    "other": {"zh": "其他", "en": "other"},
}


@dataclass(frozen=True, slots=True)
class Alert:
    """What there is to tell. `met_at` is when the clock was met, where it was meanwhile; `zone` the brand's."""

    brand: str
    brand_code: str
    number: int
    kind: str
    category: str
    clock: str
    percent: int
    due_at: datetime
    met_at: datetime | None
    zone: str
    link: str

    @property
    def is_breach(self) -> bool:
        """Whether the promise is broken."""
        return self.percent >= WHOLE


def subject(alert: Alert, language: str) -> str:
    """One line."""
    clock, what = CLOCKS[alert.clock][language], _complaint(alert, language)
    if alert.is_breach:
        return f"{what}：{clock}已超时" if language == "zh" else f"{what}: {clock} is overdue"
    used = alert.percent
    return (
        f"{what}：{clock}时限已用{used}%"
        if language == "zh"
        else f"{what}: {used}% of the time for {clock} is used"
    )


def body(alert: Alert, language: str, now: datetime) -> str:
    """The whole of a mail, in plain lines."""
    due = alert.due_at.astimezone(ZoneInfo(alert.zone)).strftime("%Y-%m-%d %H:%M")
    if language == "zh":
        told = [
            f"{alert.brand}：{subject(alert, language)}。",
            f"截止时间：{due}（{state(alert, language, now)}）",
        ]
    else:
        told = [f"{alert.brand}: {subject(alert, language)}.", f"Due: {due} ({state(alert, language, now)})"]
    return "\n".join([*told, "", alert.link, ""])


def short(alert: Alert, language: str, now: datetime) -> str:
    """The same as a text; the brand is in its signature."""
    is_zh, told = language == "zh", state(alert, language, now)
    if alert.is_breach and alert.met_at is None:
        clock = CLOCKS[alert.clock][language]
        said = _complaint(alert, language) + (f"：{clock}{told}" if is_zh else f": {clock} {told}")
    else:
        said = subject(alert, language) + ("，" if is_zh else ", ") + told
    return said + ("。" if is_zh else ". ") + alert.link


def state(alert: Alert, language: str, now: datetime) -> str:
    """How much time is left, or by how much it is late, or that it is over."""
    if alert.met_at is not None:
        return "已完成" if language == "zh" else "done by now"
    left = alert.due_at - now
    told = span(abs(left), language)
    if left >= timedelta():
        return f"还剩{told}" if language == "zh" else f"{told} left"
    return f"已超时{told}" if language == "zh" else f"late by {told}"


def span(time: timedelta, language: str) -> str:
    """A length of time in hours and minutes, as short as it can be told."""
    hours, minutes = divmod(int(time.total_seconds()) // 60, 60)
    if language == "zh":
        return (f"{hours}小时" if hours else "") + (f"{minutes}分钟" if minutes or not hours else "")
    return " ".join(
        [*([f"{hours} h"] if hours else []), *([f"{minutes} min"] if minutes or not hours else [])]
    )


def payload(alert: Alert, notice_id: str, now: datetime) -> dict[str, Any]:
    """The same for a program."""
    return {
        "id": notice_id,
        "type": "complaint.overdue" if alert.is_breach else "complaint.warning",
        "at": now.isoformat(),
        "brand": alert.brand_code,
        "complaint": {"number": alert.number, "kind": alert.kind, "category": alert.category},
        "clock": alert.clock,
        "percent": alert.percent,
        "due_at": alert.due_at.isoformat(),
        "met_at": alert.met_at.isoformat() if alert.met_at else None,
        "seconds_left": int((alert.due_at - now).total_seconds()),
        "link": alert.link,
    }


def _complaint(alert: Alert, language: str) -> str:
    category = CATEGORIES.get(alert.category, {}).get(language, alert.category)
    return (
        f"投诉#{alert.number}（{category}）"
        if language == "zh"
        else f"Complaint #{alert.number} ({category})"
    )
