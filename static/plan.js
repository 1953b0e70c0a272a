// The plan form without loading the page anew: a button sends the form and the answer takes its
// place; typing refreshes what is said of it (data-live); the library is filtered on the spot.
const form = () => document.querySelector("form[data-plan]");
const LEAVES = new Set(["save", "template", "page"]);
let asked = 0;

async function ask(button) {
  const turn = ++asked;
  const fields = new FormData(form(), button);
  if (!button) fields.set("do", "look");
  form().classList.toggle("busy", Boolean(button));
  try {
    const answer = await fetch(form().action, { method: "POST", body: new URLSearchParams(fields) });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return turn === asked ? page.querySelector("form[data-plan]") : null;
  } finally {
    form().classList.remove("busy");
  }
}

// The whole form anew, the reader's place kept.
function swap(fresh, button) {
  const lists = [...form().querySelectorAll(".library")].map((list) => list.scrollTop);
  form().replaceWith(fresh);
  fresh.querySelectorAll(".library").forEach((list, nth) => { list.scrollTop = lists[nth] });
  filter();
  const same = fresh.querySelector(`[name="do"][value="${CSS.escape(button.value)}"]`);
  const [what, mark] = button.value.split(":");
  const added = what === "add" ? [...fresh.querySelectorAll(".dosed")].pop() : null;
  (same ?? added?.querySelector("input[id]") ?? document.getElementById(`e${mark}-sets`))?.focus({ preventScroll: true });
}

// Only what is said of the typed words; a part in which someone types stays.
function refresh(fresh) {
  for (const part of form().querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
    if (other && !part.contains(document.activeElement)) part.replaceWith(other);
  }
}

function filter() {
  const find = document.querySelector("[data-find]");
  if (!find) return;
  const plain = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = plain(find.value).split(/\s+/).filter(Boolean);
  const group = document.querySelector("[data-group]:checked")?.value ?? "";
  for (const one of document.querySelectorAll("[data-found]")) {
    const wanted = words.every((word) => one.dataset.found.includes(word));
    one.hidden = !wanted || (group !== "" && one.dataset.in !== group);
  }
}

document.addEventListener("submit", async (event) => {
  const button = event.submitter;
  if (event.target !== form() || !button || LEAVES.has(button.value)) return;
  event.preventDefault();
  try {
    const fresh = await ask(button);
    if (fresh) swap(fresh, button);
  } catch {
    // Without an answer the browser goes the plain way, and says what is wrong.
    const chosen = document.createElement("input");
    Object.assign(chosen, { type: "hidden", name: "do", value: button.value });
    form().append(chosen);
    form().submit();
  }
});

let waiting;
document.addEventListener("input", (event) => {
  if (!form()?.contains(event.target)) return;
  if (event.target.matches("[data-find], [data-group]")) return filter();
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const fresh = await ask().catch(() => null);
    if (fresh) refresh(fresh);
  }, 400);
});
