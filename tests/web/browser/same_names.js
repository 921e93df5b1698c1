// Names what a screen reader cannot tell apart: buttons, links and folds that are seen, are called
// the same and do different things.
() => {
  const nameOf = (e) => {
    const label = e.getAttribute("aria-label");
    if (label) return label;
    const copy = e.cloneNode(true);
    for (const each of copy.querySelectorAll("img[alt]")) each.replaceWith(each.alt);
    for (const each of copy.querySelectorAll("[aria-hidden=true]")) each.remove();
    return copy.textContent.trim().replace(/\s+/g, " ");
  };
  const doesOf = (e) => {
    if (e.localName === "a") return e.href;
    const fields = e.form ? [...new FormData(e.form, e.type === "submit" ? e : null)] : [];
    const told = fields.filter(([name]) => name !== "csrf" && name !== "back");
    return e.form ? `${e.formAction} ${told.join(" ")}` : [...document.querySelectorAll("*")].indexOf(e);
  };
  const seen = [...document.querySelectorAll("button, summary, a[href]:not(cite a)")]
    .filter((e) => e.checkVisibility() && !e.closest("[aria-hidden=true]"));
  const does = new Map();
  for (const e of seen) {
    const name = `${e.localName} ${nameOf(e)}`;
    does.set(name, (does.get(name) ?? new Set()).add(doesOf(e)));
  }
  return [...does].filter(([, all]) => all.size > 1).map(([name, all]) => `${all.size} × ${name}`);
}
