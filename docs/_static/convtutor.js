// What is wider than the screen scrolls by itself, and must be within reach of a keyboard to do so.
const reach = new ResizeObserver((boxes) => {
  for (const { target } of boxes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document
  .querySelectorAll("article pre, article .table-wrapper, article div.math, article .scrolls")
  .forEach((box) => reach.observe(box));
