// Adds up how much moves as a page loads (its cumulative layout shift), in window.shift.
window.shift = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.shift += each.value;
}).observe({ type: "layout-shift", buffered: true });
