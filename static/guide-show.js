// "Guide me": shows what guide-count.js decides. At its end it ticks in the form what was done and
// sends nothing: that is the patient's. All its words stand in the page.

const TICK = 200;
const FEW = 20; // more repetitions than this are counted in words alone
const LONG = 100; // seconds from which minutes are said
const HIGH = 880;
const LOW = 440;
// The page knows its address with the print of its content, under which a browser keeps it.
const { FIRST, isOver, isPause, leftOf, play, stepAt, stepsOf, takesTap, waits } = await import(
  document.querySelector("dialog.guide").dataset.count
);

export class Guide {
  constructor(dialog, opener, now = () => performance.now()) {
    Object.assign(this, { dialog, opener, now });
    this.say = JSON.parse(dialog.dataset.say);
    this.cards = [...document.querySelectorAll("[data-bouts]")];
    this.plan = this.cards.map((card) => stepsOf(JSON.parse(card.dataset.bouts)));
    this.parts = Object.fromEntries([...dialog.querySelectorAll("[data-is]")].map((part) => [part.dataset.is, part]));
    this.signals = new Signals(remembered(() => localStorage.getItem("guide-sound")) !== "off");
    // Another link, another part of the day or another plan begins anew.
    const page = [document.querySelector("form.session").action, document.querySelector(".top").textContent];
    this.key = ["guide", ...page, ...this.cards.map((card) => card.dataset.bouts)].join();
    const counts = remembered(() => localStorage.getItem("guide-counts")) === "on";
    const before = remembered(() => JSON.parse(sessionStorage.getItem(this.key)));
    this.state = { ...FIRST, ...before, counts };
    this.opening = this.words(opener).textContent;
    this.label();
    this.listen();
  }

  open() {
    this.dialog.hidden = false;
    this.dialog.showModal();
    this.signals.turn(this.signals.loud);
    this.signals.wake();
    this.ticking = setInterval(() => this.on("tick"), TICK);
    this.show();
    this.parts.main.focus();
  }

  on(event) {
    const was = this.state;
    this.state = play(this.plan, was, event, this.now());
    if (isOver(this.plan, this.state)) this.end();
    else if (this.state !== was) this.enter();
    else if (this.runs) this.time();
  }

  get step() {
    return stepAt(this.plan, this.state);
  }

  get card() {
    return this.cards[this.state.at];
  }

  get runs() {
    return Boolean(this.step) && !this.state.paused;
  }

  // Whether a tap would end the pause that runs
  get hurries() {
    return isPause(this.step) && takesTap(this.step, this.state);
  }

  // What comes from the patient

  listen() {
    const { dialog, parts } = this;
    dialog.addEventListener("click", ({ target }) => this.pressed(target.closest("button")?.dataset.do));
    dialog.addEventListener("close", () => this.closed());
    parts.counts.addEventListener("change", () => this.pressed("count"));
    document.addEventListener("keydown", (event) => dialog.open && this.typed(event));
    // A call, another app, a dark screen: it waits until the patient goes on.
    document.addEventListener("visibilitychange", () => dialog.open && this.seen(!document.hidden));
    addEventListener("pagehide", () => dialog.open && this.seen(false));
  }

  pressed(what) {
    if (what === "close") this.dialog.close();
    else if (what === "sound") this.turn();
    else if (what) this.on(what !== "main" ? what : this.runs ? "pause" : "go");
    if (what === "count") remembered(() => localStorage.setItem("guide-counts", this.state.counts ? "on" : "off"));
  }

  typed(event) {
    const ahead = getComputedStyle(this.dialog).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (event.repeat) return;
    if (event.key === " " && !event.target.closest("button, input, summary, a")) this.pressed("main");
    else if (event.key === "ArrowRight" || event.key === "ArrowLeft") this.on(event.key === ahead ? "skip" : "back");
    else return;
    event.preventDefault();
  }

  turn() {
    this.signals.turn(!this.signals.loud);
    remembered(() => localStorage.setItem("guide-sound", this.signals.loud ? "on" : "off"));
    this.show();
  }

  seen(visible) {
    if (visible) this.signals.wake();
    else this.on("pause");
  }

  // Its end: early, and it can be gone on with; or in the form

  closed() {
    clearInterval(this.ticking);
    this.state = play(this.plan, this.state, "pause", this.now());
    this.save();
    this.signals.sleep();
    this.borrow(undefined);
    this.dialog.hidden = true;
    this.label();
  }

  end() {
    for (const at of this.state.done) this.tick(this.cards[at]);
    this.state = { ...FIRST, counts: this.state.counts };
    this.signals.over();
    this.borrow(undefined);
    this.dialog.close();
    const asked = document.querySelector("input[name=pain]")?.closest("fieldset");
    // The group and no number in it: a space bar pressed once more must not answer for the patient.
    asked?.setAttribute("tabindex", "-1");
    (asked ?? this.opener).focus();
  }

  tick(card) {
    const done = card.querySelector("input[value=done]");
    if (!done || done.checked) return;
    done.checked = true;
    done.dispatchEvent(new Event("input", { bubbles: true }));
  }

  save() {
    const rested = play(this.plan, this.state, "pause", this.now());
    remembered(() => sessionStorage.setItem(this.key, JSON.stringify(rested)));
  }

  label() {
    const begun = this.state.at > 0 || this.state.step >= 0;
    this.words(this.opener).textContent = begun ? this.say.again : this.opening;
  }

  // What is heard

  enter() {
    this.save();
    if (this.runs) this.signals.begin(this.step);
    this.parts.status.textContent = this.told();
    this.show();
  }

  // For who listens to the screen: not every second, and of plain repetitions each fifth.
  told() {
    const { say, step, state } = this;
    if (state.paused) return say.paused;
    if (!step) return [this.place(), this.name(this.card), this.card.querySelector(".dose").textContent].join(". ");
    const nth = fill(say.of, step);
    const plain = step.kind === "rep" || step.kind === "out";
    if (plain) return step.n === 1 || step.n % 5 === 0 || step.n === step.of ? nth : "";
    if (step.kind === "wait" || step.kind === "back") return "";
    const time = step.seconds ? `${clock(step.seconds)} ${this.unit(step.seconds)}` : "";
    return [isPause(step) || step.of === 1 ? "" : `${nth}.`, say.kinds[step.kind], time].filter(Boolean).join(" ").trim();
  }

  // What is seen

  show() {
    const { dialog, parts, say, step, state } = this;
    dialog.classList.toggle("intro", !step);
    dialog.classList.toggle("runs", this.runs);
    parts.place.textContent = this.place();
    parts.name.textContent = this.name(this.card);
    parts.side.textContent = say.sides[step?.side] ?? "";
    parts.sound.setAttribute("aria-pressed", this.signals.loud);
    parts.pace.hidden = Boolean(step) || !this.plan[state.at].some(({ kind }) => kind === "rep");
    parts.counts.checked = state.counts;
    this.words(parts.main).textContent = this.runs ? say.pause : step ? say.go_on : say.start;
    parts.main.classList.toggle("go", !step || state.paused || !waits(step, state));
    parts.next.textContent = step ? fill(say.next, { what: this.coming() }) : "";
    this.borrow(this.card);
    if (step) this.ring();
  }

  ring() {
    const { parts, say, step, state } = this;
    const tapped = waits(step, state);
    const word = tapped && step.kind === "rep" ? say.tap : say.kinds[step.kind];
    parts.word.textContent = state.paused ? say.paused : word;
    parts.ring.classList.toggle("go", tapped && !state.paused);
    parts.ring.setAttribute("aria-label", this.hurries ? `${word}. ${say.now}` : word);
    parts.ring.setAttribute("aria-disabled", !takesTap(step, state));
    this.pills();
    this.time();
  }

  time() {
    const { parts, say, step, state } = this;
    const left = leftOf(state, this.now());
    const seconds = Math.ceil((left ?? 0) / 1000);
    const counted = left === null || step.kind === "rep";
    if (this.runs && !counted) this.signals.count(seconds);
    parts.number.textContent = counted ? step.n : clock(seconds);
    parts.unit.textContent = counted ? fill(say.out_of, step) : this.hurries ? say.now : this.unit(seconds);
    const share = left === null ? (step.n - 1) / step.of : 1 - left / 1000 / step.seconds;
    parts.share.setAttribute("stroke-dashoffset", 1 - share);
  }

  pills() {
    const { parts, say, step } = this;
    const did = step.kind === "ready" ? 0 : isPause(step) ? step.n : step.n - 1;
    const shown = step.of > 1 && step.of <= FEW ? step.of : 0;
    const said = [step.of > 1 && fill(say.of, step), step.rounds > 1 && fill(say.round, { n: step.round, of: step.rounds })];
    parts.pills.replaceChildren(...Array.from({ length: shown }, (_, nth) => {
      const pill = document.createElement("li");
      pill.className = nth < did ? "did" : nth === did ? "now" : "";
      return pill;
    }));
    parts.counted.textContent = said.filter(Boolean).join(" · ");
  }

  // The page's own drawing is borrowed, for its parts have names that may stand in a page only once.
  borrow(card) {
    if (this.borrowed === card) return;
    const { figure, intro } = this.parts;
    this.borrowed?.querySelector("figure")?.append(figure.firstElementChild);
    const still = card?.querySelector("figure")?.firstElementChild;
    figure.replaceChildren(...[still].filter(Boolean));
    figure.hidden = !still;
    this.film(card?.querySelector(".fg-moves img"));
    const told = card?.querySelectorAll(".dose, .dose ~ p, .how") ?? [];
    intro.replaceChildren(...[...told].map((one) => one.cloneNode(true)));
    this.borrowed = card;
  }

  // Seen while the guide runs, once it is here; the still drawing stays where it does not come.
  film(film) {
    const { figure } = this.parts;
    figure.classList.remove("filmed");
    if (!film || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const copy = Object.assign(film.cloneNode(), { className: "film", loading: "eager", alt: "" });
    copy.addEventListener("load", () => copy.isConnected && figure.classList.add("filmed"));
    figure.append(copy);
  }

  // Words

  words(button) {
    return button.querySelector("span");
  }

  place() {
    return fill(this.say.of, { n: this.state.at + 1, of: this.plan.length });
  }

  name(card) {
    return card.querySelector("h2").lastChild.textContent.trim();
  }

  unit(seconds) {
    return seconds < LONG ? this.say.seconds[Number(seconds !== 1)] : "";
  }

  coming() {
    const { say, state } = this;
    const pause = this.plan[state.at].slice(state.step + 1).find(({ kind }) => kind === "rest" || kind === "switch");
    if (pause) return pause.kind === "rest" ? say.kinds.rest : say.sides[pause.side];
    const card = this.cards[state.at + 1];
    return card ? this.name(card) : say.last;
  }
}

// A sound, a buzz, and a screen that stays awake
class Signals {
  constructor(loud) {
    this.loud = loud;
  }

  // Sound may begin only after a tap, so this is called in one.
  turn(loud) {
    this.loud = loud;
    if (loud) this.sounds ??= window.AudioContext && new AudioContext();
    this.sounds?.resume();
  }

  // A phone that refuses, for want of power, only goes dark.
  wake() {
    this.lock = navigator.wakeLock?.request("screen").catch(() => null);
  }

  sleep() {
    this.lock?.then((lock) => lock?.release());
  }

  begin(step) {
    this.beep(isPause(step) || step.kind === "back" ? LOW : HIGH, 0.15);
    navigator.vibrate?.(100);
  }

  // The last three seconds are heard coming.
  count(seconds) {
    if (seconds !== this.last && seconds <= 3) this.beep(LOW, 0.06);
    this.last = seconds;
  }

  over() {
    this.beep(HIGH, 0.8);
    navigator.vibrate?.([100, 100, 100]);
  }

  beep(pitch, long) {
    if (!this.loud || !this.sounds) return;
    const tone = new OscillatorNode(this.sounds, { frequency: pitch });
    const volume = new GainNode(this.sounds);
    const start = this.sounds.currentTime;
    volume.gain.setValueAtTime(0.2, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + long); // or it clicks
    tone.connect(volume).connect(this.sounds.destination);
    tone.start(start);
    tone.stop(start + long);
  }
}

const fill = (words, values) => words.replace(/\$(\w+)/g, (_, name) => values[name]);

const clock = (seconds) =>
  seconds < LONG ? seconds : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

// A browser may refuse to remember anything; then the guide forgets.
function remembered(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
