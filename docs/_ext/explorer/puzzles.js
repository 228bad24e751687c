/* Puzzles: an image and an output are given, the kernel is to be found, or seen to be none.
   What has been solved is kept in this browser, and nowhere else. */
(() => {
  "use strict";

  const { make, fromRows } = window.corrExplorer;

  const KEPT = "corr-explorer-solved";
  const CLOSE = 1e-6;

  const same = (a, b) => a.length === b.length && a.every((value, k) => Math.abs(value - b[k]) < CLOSE);

  class Puzzles {
    #at = 0;
    #judged = null;
    #list;
    #solved = new Set();
    #buttons;
    #title = make("h3");
    #ask = make("p");
    #hint = make("p");
    #verdict = make("p", { className: "ce-verdict", role: "status" });
    #tally = make("p", { className: "ce-tally" });
    #aids = make("details", {}, make("summary", {}, "A hint"), this.#hint);

    /* onChoose(puzzle): show another one; onShow(rows): lay this kernel on the image. */
    constructor(list, onChoose, onShow) {
      this.#list = list;
      this.onChoose = onChoose;
      try {
        const kept = JSON.parse(localStorage.getItem(KEPT));
        this.#solved = new Set(list.map(({ id }) => id).filter((id) => kept.includes(id)));
      } catch {
        // Nothing kept, not readable, or not allowed: start anew.
      }
      this.#buttons = list.map((_, k) => make("button", { type: "button", onclick: () => this.choose(k) }, `${k + 1}`));
      this.element = make("div", { className: "ce-puzzle" },
        make("div", { className: "ce-shelf", role: "group", ariaLabel: "Puzzles" }, ...this.#buttons),
        this.#tally, this.#title, this.#ask);
      const action = (text, onclick) => make("button", { type: "button", onclick }, text);
      this.footer = make("div", { className: "ce-puzzle" }, this.#verdict,
        make("div", { className: "ce-row" },
          action("No kernel can do this", () => this.#claimNone()),
          action("Show the answer", () => this.#answer(onShow)),
          action("Next puzzle", () => this.choose((this.#at + 1) % list.length))),
        this.#aids);
    }

    get current() { return this.#list[this.#at]; }

    /* The first one that is not solved yet. */
    get first() {
      return Math.max(0, this.#list.findIndex(({ id }) => !this.#solved.has(id)));
    }

    choose(k) {
      this.#at = k;
      const { title, ask, hint } = this.current;
      this.#title.textContent = `${k + 1}. ${title}`;
      this.#ask.textContent = ask;
      this.#hint.textContent = hint;
      this.#aids.open = false;
      this.#verdict.textContent = "";
      this.#update();
      this.onChoose(this.current);
    }

    /* Say how far the reader's output is from the wanted one; true for each number that is right. */
    judge(output, kernel) {
      const { output: wanted, near, why } = this.current;
      const target = fromRows("output", wanted, Infinity).data;
      const right = Array.from(target, (value, k) => Math.abs(value - output.data[k]) < CLOSE);
      if (kernel !== this.#judged) {
        this.#judged = kernel;
        const count = right.filter(Boolean).length;
        const taps = Array.from(kernel.data);
        const slip = near.find((miss) => same(miss.kernel.flat(), taps));
        if (count === right.length) this.#solve(why);
        else {
          this.#verdict.textContent = taps.some(Boolean)
            ? `${count} of ${right.length} numbers are right. ${slip?.say ?? ""}` : "";
        }
      }
      return (k) => right[k];
    }

    #solve(why) {
      this.#verdict.textContent = `Solved. ${why}`;
      this.#solved.add(this.current.id);
      try {
        localStorage.setItem(KEPT, JSON.stringify([...this.#solved]));
      } catch {
        // Not allowed to keep anything: then it counts until the page is left.
      }
      this.#update();
    }

    #claimNone() {
      if (this.current.kernel) this.#verdict.textContent = "One can. Keep looking, or take a hint.";
      else this.#solve(this.current.why);
    }

    #answer(onShow) {
      const { kernel, why } = this.current;
      if (kernel) onShow(kernel);
      else this.#verdict.textContent = `There is none. ${why}`;
    }

    #update() {
      this.#buttons.forEach((button, k) => {
        const solved = this.#solved.has(this.#list[k].id);
        button.classList.toggle("ce-solved", solved);
        button.ariaLabel = `Puzzle ${k + 1}${solved ? ", solved" : ""}`;
        button.ariaCurrent = k === this.#at ? "step" : null;
      });
      this.#tally.textContent = `${this.#solved.size} of ${this.#list.length} solved`;
    }
  }

  Object.assign(window.corrExplorer, { Puzzles });
})();
