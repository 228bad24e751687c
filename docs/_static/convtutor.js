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

const button = (className, words, onClick) => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = words;
  made.addEventListener("click", onClick);
  return made;
};

// A button that copies, beside each piece of code. Addresses without a lock have no clipboard.
if (navigator.clipboard) {
  for (const code of document.querySelectorAll("article [aria-label=Code] > .highlight")) {
    code.append(
      button("copy", "Copy", async ({ target }) => {
        await navigator.clipboard.writeText(code.querySelector("pre").textContent);
        target.textContent = "Copied";
        setTimeout(() => (target.textContent = "Copy"), 2000);
      }),
    );
  }
}

// A figure is shown larger when it is tapped, around the place of the tap.
const enlarge = (image, x = 0.5, y = 0.5) => {
  const dialog = document.createElement("dialog");
  dialog.className = "enlarged";
  dialog.setAttribute("aria-label", "The figure, enlarged");
  const large = image.cloneNode();
  large.loading = "eager";
  const twice = 2 * image.getAttribute("width");
  const fill = Math.max(innerWidth, (innerHeight * large.width) / large.height);
  large.style.width = `${Math.min(twice, 0.96 * fill)}px`;
  dialog.append(large, button("close", "Close", () => dialog.close()));
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  dialog.scrollTo(
    x * dialog.scrollWidth - dialog.clientWidth / 2,
    y * dialog.scrollHeight - dialog.clientHeight / 2,
  );
};
for (const figure of document.querySelectorAll("article .drawn")) {
  const shown = () => [...figure.querySelectorAll("img")].find((image) => image.offsetParent);
  figure.classList.add("can-grow");
  figure.addEventListener("click", ({ target, offsetX, offsetY }) => {
    if (target.localName !== "img") return;
    enlarge(target, offsetX / target.clientWidth, offsetY / target.clientHeight);
  });
  figure.prepend(button("enlarge", "Enlarge", () => enlarge(shown())));
}
