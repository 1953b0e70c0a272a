// A button with data-install puts the page on the start screen. Hidden until the browser offers it.
const button = document.querySelector("button[data-install]");
addEventListener("beforeinstallprompt", (offer) => {
  offer.preventDefault();
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.hidden = true;
    await offer.prompt();
  }, { once: true });
});
