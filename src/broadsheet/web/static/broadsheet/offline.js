// Lets the browser show a page of the paper's own when there is no network.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
