"""How does a plan's version read as the draft that it was written from?

Whoever changes one thing of a plan writes a new version of it, with all the rest as it stands.
"""

from datetime import time

from reminders.core import programme
from reminders.store.plans import (
    Phase,
    PhaseDraft,
    PlanDraft,
    PlanVersion,
    Prescription,
    PrescriptionDraft,
    Routine,
    RoutineDraft,
)


def draft_of(version: PlanVersion) -> PlanDraft:
    """The version as a draft; its routines keep their keys, so that they stay the same lines."""
    return PlanDraft(
        prescriptions=tuple(_line(one) for one in version.prescriptions),
        routines=tuple(_rhythm(one) for one in version.routines),
        phases=tuple(_stage(one) for one in version.phases),
        reasons=version.reasons,
    )


def _line(one: Prescription) -> PrescriptionDraft:
    return PrescriptionDraft(one.exercise_id, one.dose, one.note)


def _rhythm(one: Routine) -> RoutineDraft:
    return RoutineDraft(
        times=tuple(time.fromisoformat(wall) for wall in one.times),
        weekdays=frozenset(one.weekdays),
        every_days=one.every_days,
        starts=one.starts,
        ends=one.ends,
        positions=tuple(one.positions),
        routine_key=one.routine_key,
        fading=one.fading,
    )


def _stage(one: Phase) -> PhaseDraft:
    phase = programme.Phase(one.name, one.waiting, one.entry, one.exit, one.goal)
    return PhaseDraft(phase, one.phase_key, one.current)
