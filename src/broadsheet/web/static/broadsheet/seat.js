// Keeps an open article in step with the seat it is read under.
//
// While the article is visible and somebody reads it, it says so every few seconds. When another
// device takes the seat over, the text is taken out where it stands and the paper says why.
// Nothing here decides anything: the server does, and this page shows what the server answers.

const settings = document.querySelector("script[data-beat]").dataset;
const BEAT = Number(settings.beat) * 1000;
const ACTIVITY = Number(settings.activity) * 1000;
const SETTLE = 1000; // a page left in this tab may still be letting go of the lease
const HERE = location.pathname + location.search;

const story = document.getElementById("story");
const text = document.getElementById("story-text");
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("broadsheet-seat") : null;

let lastSign = Date.now(); // of somebody reading
let timer = 0;
let stream = null;
let asking = null;

const full = () => story.dataset.access === "full";
const epoch = () => /(?:^|; )bs_lease=(\d+)/.exec(document.cookie)?.[1];
const contested = () => document.getElementById("wall")?.dataset.wall === "in_use";
const mayBeat = () => full() && story.dataset.level === "subscribers" && epoch() !== undefined;

function post(name, fields) {
  const headers = { Accept: "application/json" };
  return fetch(`/-/seat/${name}`, { method: "POST", body: new URLSearchParams(fields), headers });
}

// --- while it is read ------------------------------------------------------------------------

function watch(wait = BEAT) {
  clearTimeout(timer);
  if (!mayBeat() || document.hidden) return;
  timer = setTimeout(beat, wait);
  if (stream === null && "EventSource" in window) {
    stream = new EventSource("/-/seat/events");
    stream.addEventListener("displaced", refresh);
  }
}

function rest() {
  clearTimeout(timer);
  stream?.close();
  stream = null;
}

async function beat() {
  if (Date.now() - lastSign > ACTIVITY) return; // nobody reads: the lease may run out
  try {
    const answer = await post("beat", { epoch: epoch() });
    if (answer.status === 410 || answer.status === 401) return refresh();
  } catch {
    // No network: the next beat may get through.
  }
  watch();
}

function letGo() {
  rest();
  if (!mayBeat()) return;
  navigator.sendBeacon("/-/seat/release", new URLSearchParams({ epoch: epoch() }));
  tabs?.postMessage("released"); // another tab of this device may be open beside this one
}

function comeBack() {
  lastSign = Date.now();
  if (mayBeat() || contested()) refresh();
}

function sign() {
  const slept = Date.now() - lastSign > ACTIVITY;
  lastSign = Date.now();
  if (slept && mayBeat()) refresh(); // the lease may have run out meanwhile
}

// --- what the server says now ----------------------------------------------------------------

// Ask for the page again, and show what it is now: the same story, more of it, or less.
function refresh() {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

async function ask() {
  let answer;
  try {
    answer = await fetch(HERE, { headers: { Accept: "text/html" }, cache: "no-cache" });
  } catch {
    return watch(); // no network: what stands here stays until the server can be asked
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("story");
  if (fresh === null) return location.reload();
  if (fresh.dataset.access === "full") return full() ? watch() : uncover(page);
  cover(page);
}

function cover(page) {
  rest();
  const closedBefore = !full() && document.getElementById("seat-dialog") === null;
  if (full()) {
    // The page keeps its height, so that the reader's place is there when they come back.
    text.style.minHeight = `${text.offsetHeight}px`;
  }
  story.dataset.access = "preview";
  story.dataset.covered = "";
  const kept = document.createElement("div"); // stays in sight while the reader is further down
  kept.className = "kept";
  kept.append(...page.getElementById("story-text").childNodes);
  text.replaceChildren(kept);
  const wall = page.getElementById("wall");
  closeDialog();
  document.getElementById("wall")?.remove();
  text.after(wall);
  if (!closedBefore) openDialog(wall);
}

function uncover(page) {
  closeDialog();
  document.getElementById("wall")?.remove();
  text.replaceChildren(...page.getElementById("story-text").childNodes);
  story.dataset.access = "full";
  delete story.dataset.covered;
  text.style.minHeight = "";
  const message = page.getElementById("sharing-message");
  if (message && !document.getElementById("sharing-message")) text.before(message);
  text.tabIndex = -1;
  text.focus({ preventScroll: true });
  watch();
}

// --- the dialog ------------------------------------------------------------------------------

function openDialog(wall) {
  const dialog = document.createElement("dialog");
  dialog.id = "seat-dialog";
  dialog.setAttribute("aria-labelledby", "wall-title");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "linklike dialog-close";
  close.textContent = settings.close;
  close.addEventListener("click", () => dialog.close());
  dialog.append(wall, close);
  dialog.addEventListener("close", () => {
    text.after(wall); // what it said stays to be read, at the end of the preview
    dialog.remove();
  });
  story.append(dialog);
  dialog.showModal();
  const title = dialog.querySelector("#wall-title");
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

function closeDialog() {
  document.getElementById("seat-dialog")?.remove();
}

async function takeOver(event) {
  const form = event.target;
  if (form.getAttribute("action") !== "/-/seat/take-over") return;
  event.preventDefault();
  try {
    await post("take-over", new FormData(form));
  } catch {
    return form.submit();
  }
  await refresh(); // won: the text is here; lost: a new notice is
}

// --- the reader's place ----------------------------------------------------------------------

// Whoever leaves for a plan comes back, perhaps by way of the till, to where they were.
const PLACE = `broadsheet-place:${location.pathname}`;
const WAYS_OUT = 'a[href^="/add-reader/"], a[href^="/plans/"], a[href^="/subscribe/"]';

function keepPlace(event) {
  if (event.target.closest(WAYS_OUT)) sessionStorage.setItem(PLACE, String(scrollY));
}

function findPlace() {
  const place = sessionStorage.getItem(PLACE);
  if (place === null || !full()) return;
  sessionStorage.removeItem(PLACE);
  scrollTo({ top: Number(place), behavior: "instant" });
}

// --- beginning -------------------------------------------------------------------------------

document.addEventListener("submit", takeOver);
document.addEventListener("click", keepPlace);
document.addEventListener("visibilitychange", () => (document.hidden ? letGo() : comeBack()));
addEventListener("pagehide", letGo);
addEventListener("pageshow", (event) => event.persisted && comeBack());
for (const kind of ["scroll", "click", "keydown", "pointermove"]) {
  addEventListener(kind, sign, { passive: true });
}
tabs?.addEventListener("message", () => document.hidden || watch(0));

if (contested()) openDialog(document.getElementById("wall"));
findPlace();
watch(SETTLE);
