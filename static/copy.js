// A button with data-copy="#id" copies the text of that element and says so. Hidden until it can.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).innerText);
      button.querySelector("[data-said]").textContent = button.dataset.copied;
    });
  }
}
