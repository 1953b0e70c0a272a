// Parts marked data-live="name" are fetched anew every 30 s and swapped, while somebody looks and
// nobody fills in a form or has a menu open. The row that is used stays where it is.
const EVERY = 30_000;
const KEY = "a[href], button, summary";
let last = Date.now();
let asking = false;

const named = (page, part) => page.querySelector(`[data-live="${part.dataset.live}"]`);
// A fresh token is no news.
const bare = (part) => part.innerHTML.replace(/name="csrf_token" value="[^"]*"/g, "");

function busy() {
  const field = document.activeElement?.matches("main :is(input, textarea, select)");
  return field || document.querySelector("[data-live] details[open], dialog[open]") || !getSelection().isCollapsed;
}

// The row under the pointer, the one with the focus, or the first that can be seen.
function anchor() {
  const rows = [...document.querySelectorAll("[data-row]")];
  return rows.find((row) => row.matches(":hover")) ?? document.activeElement?.closest("[data-row]")
    ?? rows.find((row) => row.getBoundingClientRect().bottom > 0);
}

const again = (key) => document.querySelector(`[data-row="${CSS.escape(key)}"]`);

function swap(page) {
  const parts = [...document.querySelectorAll("[data-live]")].filter((part) => named(page, part) && bare(part) !== bare(named(page, part)));
  const row = anchor();
  // What the pointer is about to press must not become another row.
  if (!parts.length || (row?.matches(":hover") && !page.querySelector(`[data-row="${CSS.escape(row.dataset.row)}"]`))) return;
  const top = row?.getBoundingClientRect().top;
  const focus = place();
  for (const part of parts) part.innerHTML = named(page, part).innerHTML;
  focusAt(focus);
  const now = row && again(row.dataset.row);
  if (now) scrollBy({ top: now.getBoundingClientRect().top - top, behavior: "instant" });
  tell();
}

// Where the focus is: which row, and which of the things in it that can be pressed.
function place() {
  const from = document.activeElement;
  const row = from?.closest("[data-row]");
  if (!row) return from?.closest("[data-live]") ? { live: from.closest("[data-live]"), nth: keys(from.closest("[data-live]")).indexOf(from) } : null;
  return { key: row.dataset.row, nth: keys(row).indexOf(from), index: [...document.querySelectorAll("[data-row]")].indexOf(row) };
}

const keys = (part) => [...part.querySelectorAll(KEY)];

function focusAt(at) {
  if (!at) return;
  const rows = document.querySelectorAll("[data-row]");
  const row = at.live ?? again(at.key);
  // The row is gone: on to the one that has its place.
  const key = row ? keys(row)[at.nth] : keys(rows[Math.min(at.index, rows.length - 1)] ?? document)[0];
  key?.focus({ preventScroll: true });
}

function tell() {
  const said = document.querySelector("[data-news]");
  const title = document.querySelector("main h1").innerText;
  if (said.textContent !== title) said.textContent = title;
}

async function refresh() {
  if (asking || document.hidden || busy()) return;
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Part": "live" }, redirect: "manual" });
    // Signed out meanwhile: nothing of patients stays on the screen.
    if (answer.type === "opaqueredirect") location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    last = Date.now();
    stale(false);
    if (!busy()) swap(page);
  } catch {
    stale(true);
  } finally {
    asking = false;
  }
}

// What stands on the page is not the newest any more, and since when.
function stale(is) {
  const banner = document.querySelector("[data-stale]");
  banner.querySelector("time").textContent = new Date(last).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  banner.hidden = !is;
}

document.querySelector("[data-news]").textContent = "";
setInterval(refresh, EVERY);
document.addEventListener("visibilitychange", () => Date.now() - last > EVERY && refresh());
