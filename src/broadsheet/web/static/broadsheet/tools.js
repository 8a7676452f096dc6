// What a reader can do with a story that needs a script: share, listen, print, a larger text.
// Each button shows only where the browser can do it.

const tools = document.getElementById("story-tools");
const text = document.getElementById("story-text"); // its paragraphs may change, itself stays
const tool = (name) => tools.querySelector(`[data-tool="${name}"]`);
const show = (button, yes = true) => { button.closest("li").hidden = !yes; };
const say = (words) => { document.getElementById("story-tools-said").textContent = words; };

// --- share: the story's own address, never one with a gift in it -------------------------------

const share = tool("share");
const { url, title } = tools.dataset;

async function copy() {
  await navigator.clipboard.writeText(url);
  share.textContent = share.dataset.copied;
  say(share.dataset.copied);
}

if (navigator.share || navigator.clipboard) {
  if (!navigator.share) share.textContent = share.dataset.copy;
  share.addEventListener("click", () => {
    (navigator.share ? navigator.share({ title, url }) : copy()).catch(() => {});
  });
  show(share);
}

// --- print -------------------------------------------------------------------------------------

tool("print").addEventListener("click", () => print());
show(tool("print"));

// --- text size -----------------------------------------------------------------------------------

const sizes = [...tools.querySelectorAll("[data-size]")];

function size(chosen) {
  document.documentElement.dataset.textSize = chosen;
  for (const button of sizes) {
    button.setAttribute("aria-pressed", String(button.dataset.size === chosen));
  }
}

for (const button of sizes) {
  button.addEventListener("click", () => {
    size(button.dataset.size);
    try {
      localStorage.setItem("broadsheet-text-size", button.dataset.size);
    } catch {
      // Remembered for this page alone.
    }
  });
}
size(document.documentElement.dataset.textSize ?? "");
show(sizes[0]);

// --- listen: what stands on the page, a paragraph at a time --------------------------------------

const voice = window.speechSynthesis;
const listen = tool("listen");
const words = listen.textContent;
let left = null; // paragraphs to be read; null: silent

function paragraphs() {
  const head = document.querySelectorAll("#story h1, #story .standfirst");
  const body = text.querySelectorAll("p, h2, h3, li");
  return [...head, ...body].map((one) => one.innerText.trim()).filter(Boolean);
}

function look() {
  const on = left !== null;
  listen.textContent = on ? (voice.paused ? listen.dataset.resume : listen.dataset.pause) : words;
  listen.setAttribute("aria-pressed", String(on));
  show(tool("stop"), on);
}

function next() {
  if (!left?.length) return stop();
  const part = new SpeechSynthesisUtterance(left.shift());
  part.lang = document.getElementById("story").lang;
  const own = left;
  const on = () => { if (left === own) next(); };
  part.addEventListener("end", on);
  part.addEventListener("error", on);
  voice.speak(part);
}

function stop() {
  left = null;
  voice.resume(); // a paused voice would stay so for the next story
  voice.cancel();
  look();
}

function turn() {
  if (left === null) {
    voice.cancel();
    left = paragraphs();
    next();
  } else if (voice.paused) {
    voice.resume();
  } else {
    voice.pause();
  }
  setTimeout(look, 50); // some browsers say late that they paused
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
