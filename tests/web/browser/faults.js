// Before each page's own scripts: keep what goes wrong, on all pages of a window.
(() => {
  const note = (text) => {
    const all = JSON.parse(sessionStorage.getItem("faults") ?? "[]");
    sessionStorage.setItem("faults", JSON.stringify([...all, `${location.pathname} ${text}`]));
  };
  addEventListener("error", ({ message, target }) => note(`error: ${message ?? target?.src ?? target?.href}`), true);
  addEventListener("unhandledrejection", ({ reason }) => note(`rejection: ${reason}`));
  addEventListener("securitypolicyviolation", (event) => note(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  const { error } = console;
  console.error = (...words) => { note(`console: ${words.join(" ")}`); error(...words); };
})();
