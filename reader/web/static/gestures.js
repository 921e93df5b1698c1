// @ts-check
// Change the size of the pages: two fingers, a double tap, the wheel with ctrl. And a finger that
// rests before it moves.

const TAP_MS = 300;
const HOLD_MS = 650; // systems that select or drag by themselves do so after 500
const NEAR = 30;
const STILL = 10;

/** @param {import("./view.js").Viewer} viewer */
export function zooming(viewer) {
  const { element } = viewer;
  pinching(viewer);
  element.addEventListener("wheel", (event) => {
    // A pinch on a touchpad comes as a wheel with ctrl too.
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { left, top } = element.getBoundingClientRect();
    viewer.zoom(viewer.scale * Math.exp(-event.deltaY / 300), event.clientX - left, event.clientY - top);
  }, { passive: false });
  let last = { at: 0, x: 0, y: 0 };
  element.addEventListener("click", (event) => {
    const now = { at: event.timeStamp, x: event.clientX, y: event.clientY };
    const isTouch = /** @type {PointerEvent} */ (event).pointerType === "touch";
    const isSecond = now.at - last.at < TAP_MS && Math.hypot(now.x - last.x, now.y - last.y) < NEAR;
    last = isSecond ? { at: 0, x: 0, y: 0 } : now;
    if (isTouch && isSecond) toColumn(viewer, event);
  });
}

/** A double tap fits the column that it touches, the next one the whole width. @param {import("./view.js").Viewer} viewer @param {MouseEvent} event */
function toColumn(viewer, event) {
  getSelection()?.removeAllRanges();
  if (viewer.fitted === "column") viewer.fit("width");
  else {
    const { left, top } = viewer.element.getBoundingClientRect();
    viewer.fit("column", event.clientX - left, event.clientY - top);
  }
}

/** @param {import("./view.js").Viewer} viewer */
function pinching(viewer) {
  const { element } = viewer;
  /** @type {{apart: number, x: number, y: number, by: number} | null} */
  let pinch = null;
  const fingers = (/** @type {TouchEvent} */ { touches: [a, b] }) => {
    const { left, top } = element.getBoundingClientRect();
    const apart = Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
    return { apart, x: (a.clientX + b.clientX) / 2 - left, y: (a.clientY + b.clientY) / 2 - top, by: 1 };
  };
  element.addEventListener("touchstart", (event) => {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    pinch = fingers(event);
    viewer.all.style.transformOrigin = `${element.scrollLeft + pinch.x}px ${element.scrollTop + pinch.y}px`;
  }, { passive: false });
  element.addEventListener("touchmove", (event) => {
    if (!pinch || event.touches.length !== 2) return;
    event.preventDefault();
    pinch.by = fingers(event).apart / pinch.apart;
    // The pictures are stretched until the fingers are gone; then they are drawn anew.
    viewer.all.style.transform = `scale(${pinch.by})`;
  }, { passive: false });
  const end = () => {
    if (!pinch) return;
    viewer.all.style.transform = "";
    viewer.zoom(viewer.scale * pinch.by, pinch.x, pinch.y);
    pinch = null;
  };
  element.addEventListener("touchend", end);
  element.addEventListener("touchcancel", end);
  // Safari's own pinch would change the size of the whole page.
  element.addEventListener("gesturestart", (event) => event.preventDefault());
}

/**
 * Follow a finger that rests and then moves, where the system makes nothing of that itself.
 * begin: whether it takes the finger. end: where it left, or null if it was interrupted.
 * @param {HTMLElement} element
 * @param {(target: HTMLElement, x: number, y: number) => boolean} begin
 * @param {(x: number, y: number) => void} move
 * @param {(at: {x: number, y: number} | null) => void} end
 */
export function holding(element, begin, move, end) {
  let [timer, isHeld, x, y] = [0, false, 0, 0];
  /** @param {{x: number, y: number} | null} at */
  const stop = (at) => {
    clearTimeout(timer);
    if (isHeld) end(at);
    isHeld = false;
  };
  element.addEventListener("touchstart", (event) => {
    stop(null);
    if (event.touches.length !== 1) return;
    const [{ clientX, clientY, target }] = event.touches;
    [x, y] = [clientX, clientY];
    timer = window.setTimeout(() => { isHeld = begin(/** @type {HTMLElement} */ (target), x, y); }, HOLD_MS);
  }, { passive: true });
  element.addEventListener("touchmove", (event) => {
    const [{ clientX, clientY }] = event.touches;
    if (!isHeld) {
      if (Math.hypot(clientX - x, clientY - y) > STILL) clearTimeout(timer);
      return;
    }
    event.preventDefault();
    [x, y] = [clientX, clientY];
    move(x, y);
  }, { passive: false });
  element.addEventListener("touchend", (event) => {
    if (isHeld) event.preventDefault(); // no click follows
    stop({ x, y });
  });
  for (const name of ["touchcancel", "dragstart", "contextmenu"]) element.addEventListener(name, () => stop(null));
}
