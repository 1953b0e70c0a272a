// A form is sent once: its pressed button with data-busy says so and rests. Coming back wakes it.
const idle = new Map();
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  // After the browser has gathered the form, or the button's own name and value would be missing.
  setTimeout(() => {
    idle.set(button, [...button.childNodes]);
    button.replaceChildren(button.dataset.busy);
    button.disabled = true;
  });
});
addEventListener("pageshow", () => {
  for (const [button, words] of idle) {
    button.replaceChildren(...words);
    button.disabled = false;
  }
  idle.clear();
});
