// The demo's pages stay fresh by themselves: parts marked data-live are fetched anew and swapped.
const EVERY_MS = 1500;
const parts = () => document.querySelectorAll("[data-live]");

async function refresh() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok) for (const part of parts()) swap(part, page.querySelector(`[data-live="${part.dataset.live}"]`));
    } catch {
      // The demo was stopped, or is just being started anew: the next round will tell.
    }
  }
  setTimeout(refresh, EVERY_MS);
}

// What is being read or reached by keyboard stays; what has not changed is not touched.
function swap(old, fresh) {
  if (fresh && old.innerHTML !== fresh.innerHTML && !old.contains(document.activeElement)) old.innerHTML = fresh.innerHTML;
}

// A list marked data-at-once needs no button.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}
setTimeout(refresh, EVERY_MS);
