"""Every reason that a rule or a check can give has words, in Chinese and in English."""

from app.domain.compliance.decision import RULE_ERROR
from app.reads.reason_words import REASONS
from app.rules import load_rules


def test_every_reason_has_words():
    rules = load_rules()
    codes = {code for rule in rules.gate for code in rule.reasons}
    codes |= {code for check in rules.checks for code in check.reasons} | {RULE_ERROR}
    assert codes <= set(REASONS)
    assert all(zh.strip() and en.strip() for zh, en in REASONS.values())
