// Lets the check-in page open without a network: its worker is told what belongs to the page.
export async function install(worker: string, ready: () => void): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(worker, { scope: location.pathname });
  const registration = await navigator.serviceWorker.ready;
  await import("jsqr"); // so that it is among what is kept
  const urls = performance.getEntriesByType("resource").map(({ name }) => name)
    .filter((name) => name.startsWith(`${location.origin}/static/`));
  const channel = new MessageChannel();
  channel.port1.onmessage = ({ data }) => {
    if (data === "ready") ready();
  };
  registration.active?.postMessage({ urls: [...new Set(urls)] }, [channel.port2]);
}
