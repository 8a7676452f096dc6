// What is one reader's own on a story's page that is the same for all: whether they saved it, and
// what is recommended to them. Asked for once, after the story is there.

const link = document.getElementById("save-story");
const said = document.getElementById("story-tools-said");
const lang = encodeURIComponent(document.documentElement.lang);

async function own() {
  const answer = await fetch(`/-/reader/story/${link.dataset.story}/?lang=${lang}`);
  if (answer.status !== 200) return; // nobody is signed in any more: the links stay links
  const { saved, token, html } = await answer.json();
  saving(saved, token);
  if (html) recommend(html);
}

function recommend(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("recommended");
  const general = document.getElementById("recommended");
  if (general) general.replaceWith(fresh);
  else document.querySelector(".story-end").append(fresh);
}

function saving(saved, token) {
  const button = document.createElement("button");
  button.type = "button";
  const look = () => {
    button.textContent = saved ? link.dataset.saved : link.textContent;
    button.setAttribute("aria-pressed", String(saved));
  };
  button.addEventListener("click", async () => {
    const of = new URL(link.href).searchParams.get("of");
    const body = new URLSearchParams({ of, keep: saved ? "0" : "1" });
    const headers = { Accept: "application/json", "X-CSRFToken": token };
    try {
      const answer = await fetch("/account/saved/", { method: "POST", body, headers });
      const now = await answer.json();
      saved = now.saved;
      said.textContent = now.said;
      said.classList.toggle("unseen", answer.ok); // what went wrong is to be seen
      look();
    } catch {
      location.assign(link.href); // the page with the form says what is wrong
    }
  });
  look();
  link.replaceWith(button);
}

own().catch(() => {});
