// Keys for recall: space shows the words, 1 to 4 grade, l later, u undo.

const words = document.getElementById("words");

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
  if (event.key === " " && words && !words.open && !event.target.closest("a, button, summary")) {
    event.preventDefault();
    words.open = true;
    return;
  }
  const place = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  // Grades work only after the words were shown.
  if (!place || (/[1-4]/.test(event.key) && !words?.open)) return;
  event.preventDefault();
  place.click();
});

words?.addEventListener("toggle", () => {
  if (words.open) words.querySelector(".grades button").scrollIntoView({ block: "nearest" });
});
