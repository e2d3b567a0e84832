"""Says in Chinese and English what was decided about a message, a consent, a number."""

from app.reads.reason_words import Language

VERDICTS: dict[tuple[str, str], tuple[str, str]] = {
    ("inbound", "routed"): ("处理了客户的短信", "Their text was dealt with"),
    ("inbound", "noted"): ("记下了需求", "A need was noted"),
    ("inbound", "opted_out"): ("客户退订", "They opted out"),
    ("inbound", "opt_out_lifted"): ("客户取消了退订", "They took back their opt-out"),
    ("inbound", "opted_in"): ("客户恢复订阅", "They opted in again"),
    ("outbound", "allowed"): ("准予发送", "A message to them was let through"),
    ("outbound", "deferred"): ("推迟发送", "A message to them was put off"),
    ("outbound", "refused"): ("不予发送", "A message to them was refused"),
    ("outbound", "cancelled"): ("取消了待发短信", "A waiting message to them was cancelled"),
    ("outbound", "settled"): ("查明了短信的去向", "What became of a message was found out"),
    ("outbound", "queued"): ("短信等待重试", "The message waits to be tried again"),
    ("outbound", "accepted"): ("短信已交给通道", "The message was taken by the provider"),
    ("outbound", "sent"): ("短信已发出", "The message was sent"),
    ("outbound", "delivered"): ("短信已送达", "The message was delivered"),
    ("outbound", "read"): ("短信已读", "The message was read"),
    ("outbound", "undelivered"): ("短信没有送达", "The message was not delivered"),
    ("outbound", "unknown"): ("不知短信是否发出", "Nobody knows whether the message was sent"),
    ("outbound", "failed"): ("短信未能发出", "The message could not be sent"),
    ("outbound", "opted_out"): ("记为退订", "An opt-out was recorded"),
    ("conversation", "handed_off"): ("转人工", "They were handed to a person"),
    ("conversation", "raised"): ("更急：等待人工的客户", "Their hand-over became more urgent"),
    ("run", "cancelled"): ("流程中止", "A conversation in a flow was ended"),
    ("complaint", "opened"): ("登记投诉", "A complaint was opened"),
    ("complaint", "raised"): ("投诉更急", "Their complaint became more urgent"),
    ("complaint", "rebased"): ("投诉时限重新计算", "The deadlines of their complaint were counted anew"),
    ("complaint", "reopened"): ("投诉重新打开", "Their complaint was reopened"),
    ("complaint", "merged"): ("投诉合并", "Two of their complaints became one"),
    ("complaint", "not_resolved"): ("投诉不算已解决", "Their complaint does not count as resolved"),
    ("complaint", "breached"): ("投诉超时", "A promise on their complaint was broken"),
    ("complaint", "followed_up"): ("回访完成", "Their complaint was followed up"),
    ("attribute", "refused"): ("资料未保存", "A value was not kept"),
    ("consent", "granted"): ("登记同意", "Consent was recorded"),
    ("consent", "refused"): ("同意未登记", "Consent was not recorded"),
    ("consent", "withdrawn"): ("登记退订", "A withdrawal was recorded"),
    ("consent", "hold_lifted"): ("恢复营销短信", "The hold on marketing was lifted"),
    ("customer", "erased"): ("删除了此人的资料", "Their data was erased"),
    ("number", "dead"): ("号码标为空号", "The number was marked dead"),
    ("number", "suspended"): ("号码标为停机", "The number was marked suspended"),
    ("number", "reassigned"): ("号码已换机主", "The number has a new owner; the earlier one's consent ended"),
    ("number", "verified"): ("号码有效", "The number was found to be good"),
}


def verdict_words(subject: str, verdict: str, language: Language) -> str:
    """What was decided about what, in plain words."""
    plain = f"{subject} {verdict}"
    return VERDICTS.get((subject, verdict), (plain, plain))[0 if language == "zh" else 1]
