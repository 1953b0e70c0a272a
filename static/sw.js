// Keeps today's page for the time without a network, and an answer until it can be sent.
//
// The server says of a page until when it may be shown. A page of the same address that does not
// say so has ended: what was kept of it goes, with the answers that wait.
const UNTIL = "Kept-Until";
const PAGES = "pages";
const FILES = "files";
const TODAY = /^\/(?:today|x\/[^/]+)$/;
const PARTS = /="(\/(?:static|photo|pictures|offline)[^"]*)"/g;
const PART = /^\/(?:static|photo|pictures)\//;
const PATIENCE = 10_000;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("sync", (event) => event.waitUntil(sendUnseen()));
addEventListener("message", (event) => {
  const { keep: path } = event.data;
  event.waitUntil(path ? fetch(path).then((page) => look(path, page)) : sendUnseen());
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin) return;
  const reads = request.method === "GET";
  if (request.mode !== "navigate") {
    if (reads && PART.test(pathname)) event.respondWith(part(request));
  } else if (reads) event.respondWith(visit(event, pathname));
  else if (TODAY.test(pathname)) event.respondWith(answer(event, pathname));
});

// Pages

async function visit(event, path) {
  await tidy();
  const news = await send(path);
  if (news instanceof Response) return news;
  const asked = fetch(event.request);
  let page;
  try {
    page = await ((await find(path)) ? inTime(asked) : asked);
  } catch {
    return kept(path);
  }
  event.waitUntil(look(path, page.clone()));
  return news && page.ok ? marked(page, news) : page;
}

// What a page of this address means for what was kept of it; faults of the server mean nothing.
async function look(path, page) {
  if (!TODAY.test(path) || page.type !== "basic" || page.status >= 500 || page.status === 429) return;
  await (page.headers.has(UNTIL) ? keep(path, page) : forget(path));
}

// The page comes last: one that is kept is whole.
async function keep(path, page) {
  const files = await caches.open(FILES);
  // A moving picture is kept once somebody has asked for it.
  const needed = partsOf(await page.clone().text()).filter((one) => !one.startsWith("/pictures/"));
  await Promise.all(needed.map(async (one) => (await files.match(one)) ?? files.add(one)));
  await (await caches.open(PAGES)).put(path, page);
}

async function kept(path) {
  const page = await find(path);
  if (page) return marked(page, (await waiting()).some((one) => one.path === path) ? "waiting" : "off");
  const files = await caches.open(FILES);
  return (await files.match("/offline", { ignoreSearch: true })) ?? Response.error();
}

async function find(path) {
  return TODAY.test(path) ? (await caches.open(PAGES)).match(path) : undefined;
}

// Tells the page how it came to be seen: its own script says it in the reader's language.
async function marked(page, how) {
  const text = (await page.text()).replace("<html", `<html data-line="${how}"`);
  const headers = new Headers(page.headers);
  headers.delete("Content-Encoding");
  headers.delete("Content-Length");
  return new Response(text, { status: page.status, headers });
}

async function forget(path) {
  await (await caches.open(PAGES)).delete(path);
  for (const one of await shelf("readonly", (all) => all.getAll())) {
    if (one.path === path) await drop(one);
  }
  if (!(await (await caches.open(PAGES)).keys()).length) await caches.delete(FILES);
}

// At every start: pages whose time is over go, and files that newer ones have taken the place of.
async function tidy() {
  const pages = await caches.open(PAGES);
  const used = [];
  for (const { url } of await pages.keys()) {
    const page = await pages.match(url);
    if (new Date(page.headers.get(UNTIL)) < new Date()) await forget(new URL(url).pathname);
    else used.push(...partsOf(await page.text()));
  }
  const places = new Map(used.map((address) => [address.split("?")[0], address]));
  const files = await caches.open(FILES);
  for (const request of await files.keys()) {
    const { pathname, search } = new URL(request.url);
    const newest = places.get(pathname);
    if (newest && newest !== pathname + search) await files.delete(request);
  }
}

// Their parts

const partsOf = (text) => [...text.matchAll(PARTS)].map(([, address]) => address);

async function part(request) {
  const files = await caches.open(FILES);
  const known = await files.match(request);
  // An address with a print of its content never shows anything else.
  if (known && /[?]v=|\/photo\//.test(request.url)) return known;
  try {
    const fresh = await fetch(request);
    if (fresh.status === 200) await files.put(request, fresh.clone());
    return fresh;
  } catch (fault) {
    if (known) return known;
    throw fault;
  }
}

// Answers: the form has a name of its own, so that the server takes a second copy for the first

async function answer(event, path) {
  const body = await event.request.clone().text();
  try {
    const said = await inTime(fetch(event.request));
    // Somebody between us and the server gave up: nobody knows whether it arrived.
    if (said.status !== 502 && said.status !== 504) return said;
  } catch {
    // The same.
  }
  await shelf("readwrite", (all) => all.add({ path, body, sent: false }));
  registration.sync?.register("answers").catch(() => {});
  return Response.redirect(path, 303);
}

let sending = Promise.resolve();

// One after the other, however many ask. Gives what to show of this path: a page, "sent" or nothing.
function send(path) {
  const mine = sending.then(() => sendWaiting(path));
  sending = mine.catch(() => {});
  return mine;
}

async function sendWaiting(path) {
  for (const one of await waiting()) {
    let said;
    try {
      said = await fetch(one.path, { method: "POST", body: new URLSearchParams(one.body) });
    } catch {
      break;
    }
    if (said.status >= 500 || said.status === 429) break;
    if (said.redirected) await taken(one, said);
    else if (one.path === path) {
      // The server asks back, with all that was typed in its form.
      await drop(one);
      return said;
    }
  }
  return told(path);
}

async function taken(one, said) {
  if (said.headers.has(UNTIL)) await shelf("readwrite", (all) => all.put({ ...one, body: "", sent: true }));
  else await forget(one.path);
}

async function told(path) {
  const mine = (await shelf("readonly", (all) => all.getAll())).filter((one) => one.sent && one.path === path);
  for (const one of mine) await drop(one);
  return mine.length ? "sent" : undefined;
}

// Nobody asks for a page just now: an answer the server has a question about waits on.
async function sendUnseen() {
  await send();
  const left = await shelf("readonly", (all) => all.getAll());
  for (const page of await clients.matchAll()) {
    if (left.some((one) => one.sent && one.path === new URL(page.url).pathname)) page.postMessage("sent");
  }
}

const waiting = async () => (await shelf("readonly", (all) => all.getAll())).filter((one) => !one.sent);
const drop = (one) => shelf("readwrite", (all) => all.delete(one.id));

function shelf(mode, act) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open("answers", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("answers", { keyPath: "id", autoIncrement: true });
    opening.onerror = failed;
    opening.onsuccess = () => {
      const work = opening.result.transaction("answers", mode);
      const asked = act(work.objectStore("answers"));
      work.onabort = failed;
      work.oncomplete = () => {
        opening.result.close();
        done(asked.result);
      };
    };
  });
}

const inTime = (asked) => Promise.race([asked, new Promise((_, late) => setTimeout(late, PATIENCE))]);
