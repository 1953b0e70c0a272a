// "Guide me" is offered where it can run; what it needs is fetched once the page has come to rest.
const button = document.querySelector("[data-guide]");
const dialog = document.querySelector("dialog.guide");
let coming;

const guide = () => (coming ??= fetched().catch((trouble) => {
  button.hidden = true;
  throw trouble;
}));

async function fetched() {
  const sheet = document.createElement("link");
  const styled = new Promise((resolve, reject) => {
    sheet.onload = resolve;
    sheet.onerror = reject;
  });
  Object.assign(sheet, { rel: "stylesheet", href: dialog.dataset.sheet });
  document.head.append(sheet);
  const [{ Guide }] = await Promise.all([import(dialog.dataset.show), styled]);
  return new Guide(dialog, button);
}

if (dialog?.showModal && document.querySelector("[data-bouts]")) {
  button.hidden = false;
  button.addEventListener("click", async () => (await guide()).open());
  (window.requestIdleCallback ?? setTimeout)(guide);
}
