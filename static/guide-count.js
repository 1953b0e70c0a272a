// Where does a guided session stand? It only decides: the moment is an argument, nothing ticks here.
// A plan is a list of exercises, each a list of steps. A state is plain data that can be kept:
// which exercise, which step (-1 before the first), when the step ends or what is left of it.
export const FIRST = { at: 0, step: -1, ends: null, left: null, paused: false, done: [], counts: false };

const PAUSES = new Set(["ready", "rest", "switch"]);

// All steps of an exercise, in order: those of each bout, so many times.
export function stepsOf(bouts) {
  return bouts.flatMap(({ steps, first, times, ...bout }) =>
    Array.from({ length: times }, (_, nth) =>
      steps.map(([kind, seconds]) => ({ kind, seconds, n: first + nth, ...bout }))).flat());
}

export const stepAt = (plan, state) => plan[state.at]?.[state.step];

export const isOver = (plan, state) => state.at >= plan.length;

export const isPause = (step) => PAUSES.has(step.kind);

// Without seconds, or where the patient sets the pace, a step lasts until a tap.
export const waits = (step, state) => !step.seconds || (step.kind === "rep" && !state.counts);

export const takesTap = (step, state) => !state.paused && (waits(step, state) || isPause(step));

export const leftOf = (state, now) => (state.ends === null ? state.left : Math.max(0, state.ends - now));

// The state after what happened. A late tick ends one step, never two: a phone that slept has seen
// nobody do anything.
export function play(plan, state, event, now) {
  const step = stepAt(plan, state);
  switch (event) {
    case "go":
      if (!step) return isOver(plan, state) ? state : entered(plan, state, 0, now);
      return state.paused ? { ...state, paused: false, ends: state.left === null ? null : now + state.left } : state;
    case "pause":
      return step ? { ...state, paused: true, left: leftOf(state, now), ends: null } : state;
    case "tap":
      return step && takesTap(step, state) ? entered(plan, state, state.step + 1, now) : state;
    case "tick":
      return state.ends !== null && now >= state.ends ? entered(plan, state, state.step + 1, now) : state;
    case "skip":
      return before(state, state.at + 1);
    case "back":
      return before(state, Math.max(0, state.at - (step ? 0 : 1)));
    case "count":
      return { ...state, counts: !state.counts };
  }
  return state;
}

const before = (state, at) => ({ ...state, at, step: -1, ends: null, left: null, paused: false });

function entered(plan, state, nth, now) {
  const step = plan[state.at][nth];
  if (!step) return { ...before(state, state.at + 1), done: [...new Set([...state.done, state.at])] };
  const left = waits(step, state) ? null : step.seconds * 1000;
  return { ...state, step: nth, left, ends: left === null ? null : now + left, paused: false };
}
