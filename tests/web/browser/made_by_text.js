// Names what foreign text has made that text must not make: elements that load or run,
// handlers, addresses that are scripts, signs that move the cursor or turn letters round.
// What stands in a field is no address: the page that adds a paper offers a bookmarklet there.
() => {
  const runs = (e) => e.matches("img[src='x'], iframe, object, embed, base, script:not([src])")
    || [...e.attributes].some(({ name, value }) => name.startsWith("on")
      || (name !== "value" && /^\s*javascript:/i.test(value)));
  const signs = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
  return [
    ...[...document.querySelectorAll("*")].filter(runs).map((e) => e.outerHTML.slice(0, 200)),
    ...(document.body.innerText.match(signs) ?? []).map((s) => `U+${s.codePointAt(0).toString(16)}`),
    ...(window.hit ? [`a script ran: ${window.hit}`] : []),
  ];
}
