/* global document */
// Runs in the browser; its value is that of the last expression.
(() => {
  const faults = [];
  for (const details of document.querySelectorAll("details")) details.open = true;
  for (const svg of document.querySelectorAll("svg.diagram")) {
    if (svg.getBoundingClientRect().width === 0) faults.push("a drawing has no size");
    for (const node of svg.querySelectorAll("g.node")) {
      const box = node.querySelector("rect").getBoundingClientRect();
      for (const text of node.querySelectorAll("text")) {
        const { left, right, top, bottom } = text.getBoundingClientRect();
        const inside = left >= box.left && right <= box.right && top >= box.top && bottom <= box.bottom;
        if (!inside) faults.push(`outside its box: ${text.textContent}`);
      }
    }
    const boxes = [...svg.querySelectorAll("rect.box")].map((rect) => rect.getBoundingClientRect());
    for (const [index, one] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        const apart =
          one.right <= other.left || other.right <= one.left || one.bottom <= other.top || other.bottom <= one.top;
        if (!apart) faults.push("two boxes overlap");
      }
    }
  }
  return faults;
})();
