"""Reads the rule data of `data/rules/`, one module a kind of file, into all that the domain's rules are given."""

from app.rules.files import RuleDataError
from app.rules.loading import KEPT_DAYS, RULES_FOLDER, Rules, load_rules

__all__ = ["KEPT_DAYS", "RULES_FOLDER", "RuleDataError", "Rules", "load_rules"]
