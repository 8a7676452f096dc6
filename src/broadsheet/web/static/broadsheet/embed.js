// What another site plays is loaded when a reader asks for it, and not before.
for (const button of document.querySelectorAll("button[data-player]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const frame = document.createElement("iframe");
    frame.title = button.dataset.title;
    frame.className = "embed-frame";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation");
    frame.allow = "fullscreen; encrypted-media; picture-in-picture";
    frame.allowFullscreen = true;
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    frame.src = button.dataset.player;
    button.replaceWith(frame);
    frame.focus();
  });
}
