// Keeps the field page's own files on the phone, so that it opens without coverage. Answers of the API are never kept:
// what is on the screen comes from the server or from the phone's outbox.
const shell = __SHELL__;
const name = "varde-felt-" + shell.join().length + "-" + shell.filter((f) => f.endsWith(".js")).join("");

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(shell)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const clean = async () => {
    for (const old of await caches.keys()) if (old !== name) await caches.delete(old);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match("/felt/")));
  } else if (shell.includes(url.pathname)) {
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});
