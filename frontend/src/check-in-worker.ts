// Keeps the check-in page so that it opens without a network. It holds nothing of anybody: the page itself is fetched
// without cookies, what is one's own stays in the page's own storage.
/// <reference lib="webworker" />
const worker = self as unknown as ServiceWorkerGlobalScope;
const CACHE = "shetong-check-in-1";
const SHELL = new URL("./", worker.location.href).pathname;

async function fill(urls: string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.put(SHELL, await fetch(SHELL, { credentials: "omit", cache: "no-store" }));
  for (const url of urls) if (!(await cache.match(url))) await cache.add(url);
}

worker.addEventListener("install", (event) => event.waitUntil(fill([]).then(() => worker.skipWaiting())));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("message", (event) => {
  const { urls } = event.data as { urls: string[] };
  event.waitUntil(
    fill(urls).then(
      () => event.ports[0]?.postMessage("ready"),
      () => event.ports[0]?.postMessage("offline"),
    ),
  );
});
worker.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== worker.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === SHELL) {
    event.respondWith(fetch(event.request).catch(async () => (await caches.match(SHELL)) ?? Response.error()));
  } else if (event.request.destination && event.request.mode !== "navigate") {
    event.respondWith(caches.match(event.request).then((held) => held ?? fetch(event.request)));
  }
});
