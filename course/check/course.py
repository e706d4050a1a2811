"""What every rule works on, and what it finds."""

from dataclasses import dataclass, field
from pathlib import Path

from course.stages import Stage


@dataclass(frozen=True)
class Problem:
    """A broken rule.

    Attributes:
        where: The file or stage, relative to the repository.
        what: What is wrong.
        remedy: What to do about it.
    """

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what.rstrip('.')}. To mend it: {self.remedy}."


@dataclass
class Course:
    """A repository to check.

    Attributes:
        root: The repository.
        stages: Its stages, in order.
        notes: What rules want to have said though nothing is wrong.
    """

    root: Path
    stages: list[Stage]
    notes: list[str] = field(default_factory=list)

    def take_notes(self) -> list[str]:
        """Return the notes since the last call."""
        notes, self.notes = self.notes, []
        return notes

    def steps(self) -> list[Stage]:
        """Return the stages that are built on another one."""
        return [stage for stage in self.stages if stage.before is not None]
