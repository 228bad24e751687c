// What is wider than the screen scrolls by itself, and must be within reach of a keyboard to do so.
const reach = new ResizeObserver((boxes) => {
  // Read every size before writing anything, so that the page is laid out once.
  const scrolls = boxes.map(({ target }) => target.scrollWidth > target.clientWidth);
  boxes.forEach(({ target }, i) => {
    if (scrolls[i]) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  });
});
document
  .querySelectorAll("article pre, article .table-wrapper, article div.math")
  .forEach((box) => reach.observe(box));
