/* Puzzles: an image and an output are given, the kernel is to be found, or seen to be none.
   What has been solved is kept in this browser, and nowhere else. */
(() => {
  "use strict";

  const { button, fromRows, make } = window.corrExplorer;

  const KEPT = "corr-explorer-solved";
  const CLOSE = 1e-6;

  const same = (a, b) => a.length === b.length && a.every((value, k) => Math.abs(value - b[k]) < CLOSE);

  class Puzzles {
    #at = 0;
    #judged = null;
    #isGivenAway = false;
    #list;
    #solved = new Set();
    #buttons;
    #title = make("h3");
    #ask = make("p", { ariaLive: "polite" });
    #hint = make("p");
    #verdict = make("p", { className: "ce-verdict", role: "status" });
    #tally = make("p", { className: "ce-tally" });
    #aids = make("details", {}, make("summary", {}, "A hint"), this.#hint);

    /* choose(puzzle): show another one; reveal(rows): lay this kernel on the image. */
    constructor(list, choose, reveal) {
      this.#list = list;
      this.onChoose = choose;
      this.#recall();
      this.#buttons = list.map((_, k) => button(`${k + 1}`, () => this.choose(k)));
      this.element = make("div", { className: "ce-puzzle" },
        make("div", { className: "ce-shelf", role: "group", ariaLabel: "Puzzles" }, ...this.#buttons),
        this.#tally, this.#title, this.#ask);
      this.footer = make("div", { className: "ce-puzzle" }, this.#verdict,
        make("div", { className: "ce-row" },
          button("No kernel can do this", () => this.#claimNone()),
          button("Show the answer", () => this.#answer(reveal)),
          button("Next puzzle", () => this.choose((this.#at + 1) % list.length))),
        this.#aids);
    }

    get current() { return this.#list[this.#at]; }

    /* The first one that is not solved yet. */
    get first() {
      return Math.max(0, this.#list.findIndex(({ id }) => !this.#solved.has(id)));
    }

    /* Add what this browser keeps; another tab may have solved more. */
    #recall() {
      try {
        const kept = JSON.parse(localStorage.getItem(KEPT));
        for (const { id } of this.#list) if (kept.includes(id)) this.#solved.add(id);
      } catch {
        // Nothing kept, not readable, or not allowed: begin anew.
      }
    }

    /* Hear what other tabs solve, until the signal ends it. */
    listen(signal) {
      window.addEventListener("storage", ({ key }) => {
        if (key !== KEPT) return;
        this.#recall();
        this.#update();
      }, { signal });
    }

    choose(k) {
      this.#at = k;
      this.#isGivenAway = false;
      const { title, ask, hint } = this.current;
      this.#title.textContent = `${k + 1}. ${title}`;
      this.#ask.textContent = ask;
      this.#hint.textContent = hint;
      this.#aids.open = false;
      this.#verdict.textContent = "";
      this.#update();
      this.onChoose(this.current);
      this.#judged = null;
    }

    /* Say how far the reader's output is from the wanted one; true for each number that is right. */
    judge(output, kernel) {
      const { output: wanted, near, why } = this.current;
      const target = fromRows("image", wanted).data;
      const right = Array.from(target, (value, k) => Math.abs(value - output.data[k]) < CLOSE);
      if (kernel !== this.#judged) {
        this.#judged = kernel;
        const count = right.filter(Boolean).length;
        const taps = Array.from(kernel.data);
        const slip = near.find((miss) => same(miss.kernel.flat(), taps));
        if (count === right.length) this.#solve(why);
        else {
          this.#verdict.textContent = taps.some(Boolean)
            ? `${count} of ${right.length} numbers are right. ${slip?.say ?? ""}`.trim() : "";
        }
      }
      return (k) => right[k];
    }

    #solve(why) {
      if (this.#isGivenAway) {
        this.#verdict.textContent = `This is the answer. ${why} It counts when you find it by yourself: come back to it later.`;
        return;
      }
      this.#verdict.textContent = `Solved. ${why}`;
      this.#recall();
      this.#solved.add(this.current.id);
      try {
        localStorage.setItem(KEPT, JSON.stringify([...this.#solved]));
      } catch {
        // Not allowed to keep anything: then it counts until the page is left.
      }
      this.#update();
    }

    #claimNone() {
      const { kernel, id, why } = this.current;
      if (!kernel) this.#solve(why);
      else if (this.#solved.has(id)) this.#verdict.textContent = "One can, and you have found it already.";
      else this.#verdict.textContent = "One can. Keep looking, or take a hint.";
    }

    #answer(reveal) {
      const { kernel, why } = this.current;
      this.#isGivenAway = true;
      this.#judged = null;
      if (kernel) reveal(kernel);
      else this.#verdict.textContent = `There is none. ${why}`;
    }

    #update() {
      this.#buttons.forEach((each, k) => {
        const solved = this.#solved.has(this.#list[k].id);
        each.classList.toggle("ce-solved", solved);
        each.ariaLabel = `Puzzle ${k + 1}${solved ? ", solved" : ""}`;
        each.ariaCurrent = k === this.#at ? "step" : null;
      });
      this.#tally.textContent = `${this.#solved.size} of ${this.#list.length} solved`;
    }
  }

  Object.assign(window.corrExplorer, { Puzzles });
})();
