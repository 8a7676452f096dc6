// Suggests topics on the editing screen: when asked, and after a pause in the writing.

const PAUSE = 4000;

for (const place of document.querySelectorAll("[data-topic-suggestions]")) {
  const form = place.closest("form");
  const shown = place.querySelector("[data-suggested]");
  let timer = 0;

  const box = (id) => form.querySelector(`input[name="topics"][value="${id}"]`);

  async function ask() {
    const answer = await fetch(place.dataset.topicSuggestions, { method: "POST", body: new FormData(form) });
    if (answer.ok) show(await answer.json());
  }

  function show({ topics, names, heading, other, none }) {
    const fresh = topics.filter(({ id }) => box(id) && !box(id).checked);
    shown.replaceChildren();
    if (fresh.length) shown.append(line(heading), ...fresh.map(offer));
    else if (!topics.length) shown.append(line(none));
    if (names.length) shown.append(line(`${other}: ${names.map(({ name, times }) => `${name} (${times})`).join(", ")}`));
  }

  function line(text) {
    const words = document.createElement("p");
    words.textContent = text;
    return words;
  }

  function offer({ id, name, times }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small button-secondary";
    button.textContent = `+ ${name} (${times})`;
    button.addEventListener("click", () => {
      box(id).click();
      button.remove();
    });
    return button;
  }

  place.querySelector("[data-suggest]").addEventListener("click", ask);
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}
