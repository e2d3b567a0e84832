"""What is wrong with the settings, told all at once, each with its mend."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that cannot be used: what is wrong with it, and what to do."""

    setting: str
    wrong: str
    mend: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.wrong}; {self.mend}"


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds every reason."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        count = len(problems)
        head = "one setting needs mending" if count == 1 else f"{count} settings need mending"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in problems)]))
