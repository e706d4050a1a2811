"""An instructor's plans: hours computed from the minutes of stages.toml."""

import math
from collections.abc import Iterator

from course.errors import CourseError
from course.stages import Stage

START = 9 * 60  # minutes since midnight
NOON = 12 * 60
LONGEST = 60  # minutes of one piece of a lesson
AT_A_STRETCH = 105  # minutes without a pause
PAUSE = 15  # minutes
LUNCH = 60  # minutes
HALF_DAY = 240  # minutes, pauses included
PRACTICE = 0.5  # of a stage's minutes, where there is time for it

Piece = tuple[str, int]  # what is done, and for how many minutes


def plan(stages: list[Stage], name: str) -> str:
    """Return a plan as Markdown.

    Args:
        stages: The stages, in order.
        name: "half-day" for one morning with as many stages as fit; "two-day" for all
            of them, each with time to practise.

    Raises:
        CourseError: There is no such plan.
    """
    if name == "half-day":
        days = [morning(stages)]
    elif name == "two-day":
        days = two_days(stages)
    else:
        raise CourseError(f"there is no plan {name!r}: half-day, two-day")
    tables = []
    for number, pieces in enumerate(days, start=1):
        heading = f"Day {number}" if len(days) > 1 else "Time"
        lines = [f"| {heading} | |", "|---|---|"]
        whole = name == "two-day"
        lines += [f"| {hours} | {what} |" for hours, what in timed(pieces, whole)]
        tables.append("\n".join(lines))
    return "\n\n".join(tables)


def morning(stages: list[Stage]) -> list[Piece]:
    """Return the lessons of the stages that fit into half a day."""
    fit: list[Piece] = []
    for stage in stages:
        longer = fit + lesson(stage)
        if sum(minutes for _, minutes in with_pauses(longer, whole=False)) > HALF_DAY:
            break
        fit = longer
    return fit


def two_days(stages: list[Stage]) -> list[list[Piece]]:
    """Return all stages, each with its practice, on two days of about one length."""
    half = sum(map(length, stages)) / 2

    def distance(count: int) -> float:
        return abs(sum(map(length, stages[:count])) - half)

    cut = min(range(1, len(stages)), key=distance)
    return [
        [piece for stage in day for piece in [*lesson(stage), practice(stage)]]
        for day in (stages[:cut], stages[cut:])
    ]


def length(stage: Stage) -> int:
    """Return how many minutes a stage takes with its practice."""
    return stage.minutes + practice(stage)[1]


def lesson(stage: Stage) -> list[Piece]:
    """Return a stage's lesson, in pieces that a class can bear."""
    count = math.ceil(stage.minutes / LONGEST)
    return [
        (title(stage, number, count), stage.minutes // count)
        for number in range(1, count + 1)
    ]


def title(stage: Stage, number: int, count: int) -> str:
    """Return the name of a piece of a lesson."""
    link = f"[stage {stage.number}]({stage.name}.md), {stage.concept}"
    return link if count == 1 else f"{link} ({number} of {count})"


def practice(stage: Stage) -> Piece:
    """Return the time to practise a stage, in whole five minutes."""
    minutes = math.ceil(stage.minutes * PRACTICE / 5) * 5
    return f"practice of stage {stage.number}: break it on purpose", minutes


def with_pauses(pieces: list[Piece], whole: bool) -> list[Piece]:
    """Return the pieces with pauses between them; on a whole day with lunch at noon."""
    result: list[Piece] = []
    clock, stretch, eaten = START, 0, not whole
    for what, minutes in pieces:
        if stretch and stretch + minutes > AT_A_STRETCH:
            lunch = clock >= NOON - PAUSE and not eaten
            result.append(("lunch", LUNCH) if lunch else ("pause", PAUSE))
            clock, stretch, eaten = clock + result[-1][1], 0, eaten or lunch
        result.append((what, minutes))
        clock, stretch = clock + minutes, stretch + minutes
    return result


def timed(pieces: list[Piece], whole: bool) -> Iterator[tuple[str, str]]:
    """Yield the hours and the name of each piece and pause."""
    clock = START
    for what, minutes in with_pauses(pieces, whole):
        yield f"{hour(clock)} to {hour(clock + minutes)}", what
        clock += minutes


def hour(minutes: int) -> str:
    """Return a time of the day, given in minutes since midnight."""
    return f"{minutes // 60}:{minutes % 60:02}"
