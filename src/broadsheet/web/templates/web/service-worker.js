// Shows one page when there is no network, and does nothing else: no page of the paper is kept,
// and whatever is not somebody going to a page does not come by here.
const KEPT = "offline-{{ version }}";
const PAGE = "{{ page }}";
const FILES = [PAGE, "{{ style }}"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FILES)));
  skipWaiting();
});

addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("offline-") && name !== KEPT;
  event.waitUntil(
    caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") {
    event.respondWith(fetch(request).catch(() => caches.match(PAGE, { ignoreVary: true })));
  } else if (request.url === new URL(FILES[1], location).href) {
    event.respondWith(fetch(request).catch(() => caches.match(FILES[1])));
  }
});
