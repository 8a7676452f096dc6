// The text size this reader chose, before the page is painted, so that nothing moves.
try {
  document.documentElement.dataset.textSize = localStorage.getItem("broadsheet-text-size") ?? "";
} catch {
  // No storage here: the text is as large as the paper sets it.
}
