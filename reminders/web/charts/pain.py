"""Where does everything stand in the chart of the whole course of pain?"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .ground import PAIN_TOP, WEEK, Dot, GridLine, near, pain_scale, path
from .weeks import monday, short_day


@dataclass(frozen=True)
class Frame:
    """The room of a drawing: its size, the plot inside, and how wide a letter is there."""

    width: int
    height: int
    left: int
    right: int
    top: int = 24
    bottom: int = 28
    letter: float = 7.0
    names_end: bool = True  # room at the right for words, not for a number only


WIDE = Frame(752, 244, left=28, right=84)
NARROW = Frame(340, 212, left=26, right=22, names_end=False)


@dataclass(frozen=True)
class PainHistory:
    """What a pain chart shows, by local date."""

    first: date
    last: date
    reports: Sequence[tuple[date, int]]
    medians: Sequence[tuple[date, float | None]]  # 7-day median; None where there is none
    band: tuple[float, float] | None = None  # inside it nothing really changed
    versions: Sequence[tuple[date, str]] = ()
    pauses: Sequence[tuple[date, date]] = ()


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Tick:
    x: float
    label: str  # empty where it would run into its neighbour


@dataclass(frozen=True)
class Upright:
    x: float
    label: str
    anchor: str  # start, or end at the right edge


@dataclass(frozen=True)
class Number:
    """One row of the table behind the drawing."""

    day: str
    pain: int | None
    median: float | None


@dataclass(frozen=True)
class PainChart:
    frame: Frame
    plot: Box
    lines: tuple[GridLine, ...]
    ticks: tuple[Tick, ...]
    band: Box | None
    pauses: tuple[Box, ...]
    versions: tuple[Upright, ...]
    dots: tuple[Dot, ...]
    paths: tuple[str, ...]
    last: Dot | None  # the end of the median line
    numbers: tuple[Number, ...]


def pain_chart(history: PainHistory, frame: Frame = WIDE, lang: str = "en") -> PainChart:
    """Draw the whole course of pain: reports, 7-day median, band, plan versions and pauses."""
    plot = Box(
        frame.left,
        frame.top,
        frame.width - frame.left - frame.right,
        frame.height - frame.top - frame.bottom,
    )
    x, y = _day_scale(history, plot), pain_scale(plot.y, plot.y + plot.height)
    runs = [[Dot(x(d), y(v), v) for d, v in run] for run in _median_runs(history)]
    return PainChart(
        frame=frame,
        plot=plot,
        lines=tuple(GridLine(value, y(value)) for value in range(0, PAIN_TOP + 1, 2)),
        ticks=_ticks(history, x, frame, lang),
        band=_band(history.band, plot, y),
        pauses=tuple(_pause(pause, history, x, plot) for pause in _inside(history)),
        versions=_uprights(history.versions, x, frame),
        dots=tuple(Dot(x(day), y(pain), pain) for day, pain in history.reports),
        paths=tuple(path(run) for run in runs if len(run) > 1),
        last=runs[-1][-1] if runs else None,
        numbers=_numbers(history, lang),
    )


def _day_scale(history: PainHistory, plot: Box) -> Callable[[date], float]:
    span = max((history.last - history.first).days, 1)
    return lambda day: near(plot.x + plot.width * (day - history.first).days / span)


def _median_runs(history: PainHistory) -> Iterator[list[tuple[date, float]]]:
    """Yield unbroken pieces of the median: no value ends a piece, and so does a pause."""
    run: list[tuple[date, float]] = []
    for day, value in history.medians:
        if run and (value is None or _paused(history, run[-1][0], day)):
            yield run
            run = []
        if value is not None and not _paused(history, day, day):
            run.append((day, value))
    if run:
        yield run


def _paused(history: PainHistory, since: date, until: date) -> bool:
    return any(first <= until and since <= last for first, last in history.pauses)


def _ticks(
    history: PainHistory, x: Callable[[date], float], frame: Frame, lang: str
) -> tuple[Tick, ...]:
    """Put a tick on each Monday, with a label wherever it has room."""
    first = monday(history.first + timedelta(days=WEEK - 1))
    ticks, free = [], 0.0
    for weeks in range((history.last - first).days // WEEK + 1):
        day = first + timedelta(weeks=weeks)
        at, label = x(day), short_day(day, lang)
        half = len(label) * frame.letter / 2
        fits = at - half >= free and at + half <= frame.width
        ticks.append(Tick(at, label if fits else ""))
        free = at + half + 2 * frame.letter if fits else free
    return tuple(ticks)


def _band(band: tuple[float, float] | None, plot: Box, y: Callable[[float], float]) -> Box | None:
    if band is None:
        return None
    top, bottom = y(min(max(band), PAIN_TOP)), y(max(min(band), 0))
    return Box(plot.x, top, plot.width, near(bottom - top))


def _inside(history: PainHistory) -> Iterator[tuple[date, date]]:
    """Yield the pauses that touch the period, cut to it."""
    for first, last in history.pauses:
        if first <= history.last and last >= history.first:
            yield max(first, history.first), min(last, history.last)


def _pause(
    pause: tuple[date, date], history: PainHistory, x: Callable[[date], float], plot: Box
) -> Box:
    left, right = x(pause[0]), x(min(pause[1] + timedelta(days=1), history.last))
    return Box(left, plot.y, near(right - left), plot.height)


def _uprights(
    versions: Sequence[tuple[date, str]], x: Callable[[date], float], frame: Frame
) -> tuple[Upright, ...]:
    """Name each plan version at its line: with its phase, without, by its number, or not at all."""
    starts = [x(day) for day, _ in versions]
    ends = [*starts, float(frame.width)][1:]
    return tuple(
        Upright(start, _fitting(name, end - start - 2 * frame.letter, frame), "start")
        if start < frame.width - frame.right - 2 * frame.letter
        else Upright(start, _shorter(name)[-1], "end")
        for (_, name), start, end in zip(versions, starts, ends, strict=True)
    )


def _fitting(name: str, room: float, frame: Frame) -> str:
    return next((words for words in _shorter(name) if len(words) * frame.letter <= room), "")


def _shorter(name: str) -> tuple[str, str, str]:
    """Say "Plan 2, Strengthen" ever shorter: "Plan 2", "2"."""
    version = name.partition(",")[0]
    return name, version, version.rsplit(maxsplit=1)[-1]


def _numbers(history: PainHistory, lang: str) -> tuple[Number, ...]:
    pains, medians = dict(history.reports), dict(history.medians)
    days = sorted({*pains, *(day for day, value in medians.items() if value is not None)})
    return tuple(Number(short_day(day, lang), pains.get(day), medians.get(day)) for day in days)
