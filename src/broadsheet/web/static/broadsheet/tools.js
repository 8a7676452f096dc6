// What a reader can do with a story that needs a script: share, listen, print, a larger text.
// Each button shows only where the browser can do it.

const tools = document.getElementById("story-tools");
const text = document.getElementById("story-text"); // its paragraphs may change, itself stays
const tool = (name) => tools.querySelector(`[data-tool="${name}"]`);
const show = (button, yes = true) => { button.closest("li").hidden = !yes; };
const press = (button, yes) => button.setAttribute("aria-pressed", String(yes));

// Share the story's own address, never one with a gift in it.
const share = tool("share");
const { url, title } = tools.dataset;

async function copy() {
  await navigator.clipboard.writeText(url);
  share.textContent = share.dataset.copied;
  document.getElementById("story-tools-said").textContent = share.dataset.copied;
}

if (navigator.share || navigator.clipboard) {
  if (!navigator.share) share.textContent = share.dataset.copy;
  share.addEventListener("click", () => {
    (navigator.share ? navigator.share({ title, url }) : copy()).catch(() => {});
  });
  show(share);
}

tool("print").addEventListener("click", () => print());
show(tool("print"));

// The text's size; size.js sets it again before the next page is painted.
const page = document.documentElement.dataset;
const sizes = tools.querySelectorAll("[data-size]");

function size(chosen) {
  page.textSize = chosen;
  for (const button of sizes) press(button, button.dataset.size === chosen);
}

for (const button of sizes) {
  button.addEventListener("click", () => {
    size(button.dataset.size);
    try {
      localStorage.setItem("broadsheet-text-size", page.textSize);
    } catch {
      // Remembered for this page alone.
    }
  });
}
size(page.textSize ?? "");
show(sizes[0]);

// Listen to what stands on the page, a paragraph at a time.
const voice = window.speechSynthesis;
const listen = tool("listen");
const words = listen.textContent;
let left = null; // what is still to be read; null: nobody listens
let paused = false;

function look() {
  const { pause, resume } = listen.dataset;
  listen.textContent = left === null ? words : paused ? resume : pause;
  press(listen, left !== null);
  show(tool("stop"), left !== null);
}

function next(own) {
  if (left !== own) return; // stopped, or begun again
  if (!own.length) return stop();
  const part = new SpeechSynthesisUtterance(own.shift());
  part.lang = document.getElementById("story").lang;
  part.onend = part.onerror = () => next(own);
  voice.speak(part);
}

function stop() {
  left = null;
  paused = false;
  voice.resume(); // a paused voice would stay so for the next story
  voice.cancel();
  look();
}

function turn() {
  if (left === null) {
    const parts = "#story h1, .standfirst, #story-text :is(p, h2, h3, li)";
    left = [...document.querySelectorAll(parts)].map((one) => one.innerText).filter(Boolean);
    next(left);
  } else {
    paused = !paused;
    voice[paused ? "pause" : "resume"]();
  }
  look();
}

if (voice) {
  listen.addEventListener("click", turn);
  tool("stop").addEventListener("click", () => {
    stop();
    listen.focus(); // the button that had it is gone
  });
  addEventListener("pagehide", stop);
  // What was taken out of the page is not read out either.
  new MutationObserver(() => left && stop()).observe(text, { childList: true });
  show(listen);
}
