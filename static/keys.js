// Keys of the desk: j and k go through the rows, / to the search, ? shows this list. Never while
// somebody types, and not at all once they are switched off on this computer.
const OFF = "keys-off";
const dialog = document.querySelector("[data-keys]");
const box = dialog.querySelector("input");
const hint = document.querySelector(".find kbd");
const on = () => localStorage.getItem(OFF) === null;

function show() {
  box.checked = on();
  if (hint) hint.hidden = !on();
}

function step(by) {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement?.closest("[data-row]"));
  const row = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by))];
  const link = row?.querySelector("a[href], button");
  link?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest" });
}

const ACTS = {
  j: () => step(1),
  k: () => step(-1),
  "/": () => find(),
  "?": () => dialog.showModal(),
};

// On a phone with a keyboard the field of the bar is not shown: its page has another.
function find() {
  const fields = [...document.querySelectorAll("[data-slash], main input[type=search]")];
  const field = fields.find((one) => one.getClientRects().length);
  if (field) field.focus();
  else document.querySelector(".find-link")?.click();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (!on() || typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(ACTS, event.key)) return;
  event.preventDefault();
  ACTS[event.key]();
});

box.addEventListener("change", () => {
  if (box.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
  show();
});

for (const button of document.querySelectorAll("[data-keys-open]")) {
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
}
show();
