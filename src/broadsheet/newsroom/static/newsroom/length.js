/* Says below a field how long its text is, and which length reads best; it refuses nothing. */

const QUIET = 1200; // milliseconds without typing before a screen reader is told

function hint(field) {
  const { lengthLow, lengthHigh, lengthSays, lengthShort, lengthGood, lengthLong } = field.dataset;
  const shown = document.createElement("p");
  const spoken = document.createElement("p");
  shown.className = "help";
  shown.id = `${field.id}-length`;
  spoken.className = "w-sr-only";
  spoken.setAttribute("role", "status");
  field.after(shown, spoken);
  const described = field.getAttribute("aria-describedby");
  field.setAttribute("aria-describedby", [described, shown.id].filter(Boolean).join(" "));

  let waiting;
  function count(speaks) {
    const length = [...field.value.trim()].length;
    const verdict = length < lengthLow ? lengthShort : length > lengthHigh ? lengthLong : lengthGood;
    shown.textContent = lengthSays.replace("{n}", length) + (length ? ` ${verdict}` : "");
    clearTimeout(waiting);
    if (speaks) {
      waiting = setTimeout(() => {
        spoken.textContent = shown.textContent;
      }, QUIET);
    }
  }
  field.addEventListener("input", () => count(true));
  count(false);
}

function start() {
  document.querySelectorAll("[data-length-low]").forEach(hint);
}

if (document.readyState === "loading") {
  document.addEventListener("DOMContentLoaded", start);
} else {
  start();
}
