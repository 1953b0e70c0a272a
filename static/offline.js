// Lets a worker keep this page for the time without a network, and says how things stand.
const { worker, scope, page } = document.currentScript.dataset;
const line = document.getElementById("line");
const workers = navigator.serviceWorker;
const { line: how } = document.documentElement.dataset;
let typed = false;
let leaving = false;

function say(what) {
  line.hidden = !what;
  line.querySelector("p").textContent = what ? line.dataset[what] : "";
}

// What somebody is typing stays: then the answer of before goes out behind it.
function goOn(what) {
  if (typed) say(what);
  else if (!leaving) location.reload();
  leaving = !typed;
}

if (workers) {
  if (how) say(how);
  document.addEventListener("input", () => { typed = true; });
  workers.addEventListener("message", () => goOn("sent"));
  addEventListener("offline", () => workers.controller && say("off"));
  addEventListener("online", () => {
    if (how === "off" || how === "waiting") goOn("");
    else say("");
    if (typed) workers.controller?.postMessage({});
  });
  addEventListener("load", async () => {
    await workers.register(worker, { scope });
    if (!workers.controller) (await workers.ready).active.postMessage({ keep: page });
  });
}
