// What has to happen before the page is laid out, so that nothing moves under the reader's eyes.

// Ask for the faces at once. A page that was opened from a disk may not ask, and need not.
if (location.protocol !== "file:") {
  for (const face of ["text", "text-italic", "heading"]) {
    const link = document.createElement("link");
    const href = new URL(`fonts/${face}.woff2`, document.currentScript.src).href;
    Object.assign(link, { rel: "preload", as: "font", type: "font/woff2", crossOrigin: "", href });
    document.head.append(link);
  }
}

// Keep what the reader has opened and solved: the answers of this page, two switches for all pages, and
// the exercises.
const reading = (() => {
  const recall = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null; // a browser that keeps nothing
    }
  };
  const keep = (name, value) => {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // It is only forgotten.
    }
  };

  const here = location.pathname;
  const switches = { answers: false, code: false, ...recall("convtutor.switches") };
  const opened = new Set(recall("convtutor.opened"));
  const solved = new Set(recall("convtutor.solved"));
  const kind = (fold) =>
    fold.className === "answer" ? "answers" : /^cell-/.test(fold.className) ? "code" : "";
  const isOpen = (fold) => switches[kind(fold)] || opened.has(`${here}#${fold.id}`);
  const open = (fold) => {
    fold.open = true;
    opened.add(`${here}#${fold.id}`);
    keep("convtutor.opened", [...opened]);
  };

  // Every fold and switch, as the browser reads it.
  new MutationObserver((changes, observer) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (node.localName === "details" && kind(node)) node.open = isOpen(node);
      if (node.localName === "input" && node.name in switches) node.checked = switches[node.name];
      if (node.localName === "input" && node.name === "solved") node.checked = solved.has(node.value);
    }
    if (document.readyState !== "loading") observer.disconnect();
  }).observe(document, { childList: true, subtree: true });

  document.addEventListener("change", ({ target }) => {
    if (target.name === "solved") {
      solved[target.checked ? "add" : "delete"](target.value);
      keep("convtutor.solved", [...solved]);
    }
    if (!target.closest(".switch")) return;
    switches[target.name] = target.checked;
    keep("convtutor.switches", switches);
    for (const fold of document.querySelectorAll("details")) {
      if (kind(fold) === target.name) fold.open = isOpen(fold);
    }
  });

  // A click, or a key on the summary: only what a reader does is kept.
  document.addEventListener("click", ({ target }) => {
    const fold = target.closest("details.answer > summary")?.parentElement;
    if (!fold) return;
    if (!fold.open) return open(fold);
    opened.delete(`${here}#${fold.id}`);
    keep("convtutor.opened", [...opened]);
  });

  // A link to what is folded away opens it; old browsers do not.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) {
      fold.open = true;
    }
    if (target?.closest("details")) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  addEventListener("DOMContentLoaded", reveal);

  // On paper nobody can open an answer, or needs the code that draws.
  let before = [];
  addEventListener("beforeprint", () => {
    before = [...document.querySelectorAll("details")].map((fold) => [fold, fold.open]);
    for (const [fold] of before) fold.open = fold.className === "answer";
  });
  addEventListener("afterprint", () => before.forEach(([fold, was]) => (fold.open = was)));

  return { open };
})();
