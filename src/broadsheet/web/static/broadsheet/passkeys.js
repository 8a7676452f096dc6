// allauth's script tells the console alone when a passkey could not be made or used. The page
// says so too: readers close the browser's question, or have no key that fits.
const fault = document.getElementById("passkey-fault");

document.addEventListener("allauth.error", (event) => {
  if (!fault) return;
  event.preventDefault();
  fault.hidden = false;
});

document.addEventListener("click", (event) => {
  if (fault && event.target.closest("button")) fault.hidden = true;
});
