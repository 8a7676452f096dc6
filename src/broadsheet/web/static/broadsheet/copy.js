// Copies a field's text at the press of a button. Without scripts, or without a clipboard, the
// button stays hidden and the field is there to be copied by hand.

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = button.dataset.copied;
    } catch {
      field.focus(); // not allowed: it is selected, and can be copied by key
    }
  });
}
