// Names the fields whose placeholder is wider than the field: its end is not seen.
() => {
  const pen = document.createElement("canvas").getContext("2d");
  const isCut = (e) => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(e);
    pen.font = font;
    return pen.measureText(e.placeholder).width > e.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  };
  return [...document.querySelectorAll("input[placeholder]")]
    .filter((e) => e.checkVisibility() && isCut(e))
    .map((e) => `cut: ${e.placeholder}`);
}
