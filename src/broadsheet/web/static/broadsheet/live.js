// Brings new entries of a live story onto the open page without moving what is being read.
// Asks for the page again, through the gate; what that says of seats is left to seat.js.

const PAUSE = document.querySelector("script[data-every]").dataset.every * 1000;
const seat = document.querySelector("script[data-activity]"); // when nobody reads, it may go
const get = (id, page = document) => page.getElementById(id);
const full = (page) => get("story", page)?.dataset.access === "full" && get("live", page);
const top = (node) => node.getBoundingClientRect().top;
const entries = (page) => [...get("live-entries", page).children];

let sign = Date.now();
let timer, over;

function wait() {
  clearTimeout(timer);
  if (!document.hidden && !over) timer = setTimeout(ask, PAUSE);
}

async function ask() {
  try {
    if (full() && !(Date.now() - sign > seat?.dataset.activity * 1000)) {
      const answer = await fetch(location.href, { cache: "no-cache" });
      over = [401, 404, 410].includes(answer.status);
      if (answer.ok) take(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {} // no network: the next time may get through
  wait();
}

function take(page) {
  if (!full(page) || !full()) return;
  over = !("running" in get("live", page).dataset);
  const fresh = entries(page).filter((entry) => !get(entry.id)).length;
  const atTop = top(get("live-entries")) >= 0;
  show(page, atTop || !fresh);
  if (!fresh) return;
  const said = document.createElement(atTop ? "span" : "button");
  said.className = atTop ? "unseen" : "button";
  const { one, more } = get("live").dataset;
  said.textContent = fresh > 1 ? more.replace("%n", fresh) : one;
  said.onclick = () => {
    said.remove();
    if (!full()) return;
    show(page, true);
    entries()[0].scrollIntoView();
    entries()[0].focus({ preventScroll: true });
  };
  get("live-news").replaceChildren(said);
}

function show(page, all) {
  const list = get("live-entries");
  const kept = entries().filter((entry) => get(entry.id, page));
  const marks = [...kept, document.querySelector(".story-end")];
  const mark = top(list) < 0 && marks.find((one) => one.getBoundingClientRect().bottom > 0);
  const before = mark && top(mark);
  for (const entry of entries()) kept.includes(entry) || entry.remove();
  let next = null;
  for (const entry of entries(page).reverse()) {
    const old = get(entry.id);
    if (old) swap(old, entry);
    else if (all) list.insertBefore(document.importNode(entry, true), next);
    next = get(entry.id) ?? next;
  }
  if (all) swap(get("live-head"), get("live-head", page));
  const now = mark && (get(mark.id) ?? mark);
  if (now) scrollBy({ top: top(now) - before, behavior: "instant" });
}

function swap(old, node) {
  if (old.outerHTML === node.outerHTML) return;
  const focused = old.contains(document.activeElement);
  old.replaceWith(document.importNode(node, true));
  if (focused) get(node.id).focus({ preventScroll: true });
}

for (const kind of ["scroll", "click", "keydown", "pointermove"]) {
  addEventListener(kind, () => (sign = Date.now()), { passive: true });
}
document.addEventListener("visibilitychange", wait);
wait();
