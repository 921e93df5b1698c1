// Apply this device's text size and density before the page is first drawn; on the page More they
// are chosen. A classic script: a module would run only after the page was drawn.
(() => {
  const root = document.documentElement;
  const NAMES = ["density", "text-size"];
  /** @param {string} name @param {string} value */
  const set = (name, value) => (value ? root.setAttribute(`data-${name}`, value) : root.removeAttribute(`data-${name}`));
  /** @param {string} name */
  const kept = (name) => {
    try {
      return localStorage.getItem(name) ?? "";
    } catch {
      return ""; // a browser that keeps nothing
    }
  };
  const apply = () => NAMES.forEach((name) => set(name, kept(name)));
  apply();
  addEventListener("storage", apply); // another tab chose
  document.addEventListener("DOMContentLoaded", () => {
    const form = /** @type {HTMLFormElement | null} */ (document.getElementById("look"));
    if (!form) return;
    form.hidden = false;
    for (const name of NAMES) {
      const group = /** @type {RadioNodeList} */ (form.elements.namedItem(name));
      if (kept(name)) group.value = kept(name);
    }
    form.addEventListener("change", ({ target }) => {
      const { name, value } = /** @type {HTMLInputElement} */ (target);
      try {
        localStorage.setItem(name, value);
      } catch {
        // it holds for this page alone
      }
      set(name, value);
    });
  });
})();
