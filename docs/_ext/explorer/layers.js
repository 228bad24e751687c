/* <corr-layers>: a stack of layers, seen along one axis. Layers are added and changed; the pixels that one
   output pixel depends on light up in every layer below it, each with the number of ways between the two.

   Properties: layers (rows of kernel, stride and dilation, the first layer first; to read and set), ways
   (the counts along the image), cell (which output pixel). */
(() => {
  "use strict";

  const { button, clamp, dataOf, fitted, make, whole, wholeField } = window.corrExplorer;

  const PARTS = [["kernel", [1, 7]], ["stride", [1, 4]], ["dilation", [1, 4]]];
  const MOST = 5;

  const reach = ([kernel, , dilation]) => dilation * (kernel - 1) + 1;

  /* How many pixels each layer has, the image first; fewer than 1 if a layer does not fit. */
  function sizes(count, layers) {
    const found = [count];
    for (const layer of layers) found.push(Math.floor((found.at(-1) - reach(layer)) / layer[1]) + 1);
    return found;
  }

  /* The ways from a pixel of a level to every pixel of each level below; and the other ones' none. */
  function count(levels, layers, [level, at]) {
    const ways = levels.map((size) => new Array(Math.max(size, 0)).fill(0));
    ways[level][at] = 1;
    for (let k = level - 1; k >= 0; k--) {
      const [kernel, stride, dilation] = layers[k];
      ways[k + 1].forEach((number, i) => {
        if (number) for (let tap = 0; tap < kernel; tap++) ways[k][i * stride + tap * dilation] += number;
      });
    }
    return ways;
  }

  class CorrLayers extends HTMLElement {
    #isBuilt = false;
    #layers = [[3, 1, 1]];
    #first = [];
    #pixels = 27;
    #at = [1, 0];
    #ways = [[]];
    #cells = [];
    #shape = "";
    #parts = {};
    #ending = null;

    get layers() { return structuredClone(this.#layers); }
    set layers(given) {
      if (!(given?.length >= 1 && given.length <= MOST)) throw new RangeError(`layers must be from 1 to ${MOST}, not ${given?.length}.`);
      this.#layers = Array.from(given, (layer) => PARTS.map(([name, range], k) => whole(name, layer[k], range)));
      this.#at = [this.#layers.length, 0];
      if (this.#isBuilt) this.#arrange();
    }

    get ways() { return [...this.#ways[0]]; }
    get cell() { return this.#at[1]; }
    set cell(place) {
      this.#at = [this.#layers.length, place];
      this.#show();
    }

    connectedCallback() {
      this.#ending = new AbortController();
      if (!this.#isBuilt) {
        this.#isBuilt = true;
        this.classList.add("ce");
        this.#first = dataOf(this).layers;
        this.#parts = { rows: make("div", { className: "ce-layer-list" }), stack: make("div", { className: "ce-stack", role: "grid", ariaLabel: "stack of layers" }),
          said: make("p", { className: "ce-said", role: "status" }), praise: make("p", { className: "ce-praise", role: "status" }),
          message: make("p", { className: "ce-message", role: "alert" }) };
        const { rows, stack, said, praise, message } = this.#parts;
        this.#parts.add = button("Add a layer", () => { this.layers = [...this.#layers, [3, 1, 1]]; });
        const again = button("Start again", () => { this.layers = this.#first; });
        this.replaceChildren(rows, make("div", { className: "ce-row" }, this.#parts.add, make("span", { className: "ce-end" }, again)),
          message, stack, said, praise);
        stack.addEventListener("keydown", (event) => this.#onKey(event));
        this.layers = this.#first;
      }
      const size = new ResizeObserver(() => this.#show());
      size.observe(this);
      this.#ending.signal.addEventListener("abort", () => size.disconnect());
    }

    disconnectedCallback() {
      this.#ending.abort();
    }

    /* The fields of the layers, the last one at the top, as in the picture of them. */
    #arrange() {
      const say = (text) => { this.#parts.message.textContent = text; };
      const lines = this.#layers.map((layer, k) => {
        const fields = PARTS.map(([name, range], part) => wholeField(name, range, { say, isLive: true, read: () => this.#layers[k][part],
          write: (text) => {
            this.#layers[k][part] = whole(name, text, range);
            this.#show();
          } }).element);
        fields.forEach((field, part) => { field.querySelector("input").value = layer[part]; });
        const gone = button("✕", () => { this.layers = this.#layers.filter((_, other) => other !== k); }, { ariaLabel: `remove layer ${k + 1}`, title: "Remove this layer", disabled: this.#layers.length === 1 });
        return make("div", { className: "ce-row", role: "group", ariaLabel: `layer ${k + 1}` }, make("b", {}, `layer ${k + 1}`), ...fields, gone);
      });
      this.#parts.rows.replaceChildren(...lines.reverse());
      this.#parts.add.disabled = this.#layers.length >= MOST;
      this.#show();
    }

    #show() {
      if (!this.#isBuilt || !this.#parts.stack) return;
      const style = getComputedStyle(this);
      const width = this.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      this.#pixels = clamp(Math.floor(width / 26), 11, 27);
      const levels = sizes(this.#pixels, this.#layers);
      const { stack, said, praise } = this.#parts;
      const last = levels.findIndex((size) => size < 1);
      if (last > 0) {
        this.#ways = [[]];
        this.#cells = [];
        this.#shape = "";
        stack.replaceChildren();
        said.textContent = `Layer ${last} needs ${reach(this.#layers[last - 1])} pixels, and there are ${levels[last - 1]} left of the image's ${this.#pixels}.`;
        praise.textContent = "";
        return;
      }
      this.#at = [clamp(this.#at[0], 1, this.#layers.length), Math.trunc(clamp(this.#at[1], 0, levels[this.#at[0]] - 1))];
      this.#ways = count(levels, this.#layers, this.#at);
      this.#draw(levels, width);
      this.#tell();
    }

    /* Cells are made anew only for another stack: the focus, and what lies under the mouse, stay. */
    #draw(levels, width) {
      const pitch = Math.min(26, width / this.#pixels);
      const shape = JSON.stringify([levels, this.#layers, pitch]);
      if (shape !== this.#shape) {
        this.#shape = shape;
        this.#build(levels, pitch);
      }
      this.#cells.forEach((cells, level) => {
        const most = Math.max(...this.#ways[level]);
        cells.forEach((cell, i) => this.#paint(cell, level, i, this.#ways[level][i], most));
      });
    }

    #build(levels, pitch) {
      let [jump, middle] = [1, 0]; // in pixels of the image: between two pixels of a level, and where its first one stands
      this.#cells = [];
      const lines = levels.map((size, level) => {
        if (level) {
          const [, stride] = this.#layers[level - 1];
          middle += (reach(this.#layers[level - 1]) - 1) / 2 * jump;
          jump *= stride;
        }
        const cells = Array.from({ length: size }, (_, i) => this.#cell(level, i, (middle + i * jump) * pitch, pitch));
        this.#cells.push(cells);
        return make("div", { className: "ce-level", role: "row" },
          make("span", { className: "ce-name", role: "rowheader" }, level ? `layer ${level}` : "image"), ...cells);
      });
      this.#parts.stack.replaceChildren(...lines.reverse());
    }

    #cell(level, i, left, pitch) {
      const cell = make("div", { className: "ce-cell", role: "gridcell" });
      cell.pitch = pitch;
      Object.assign(cell.style, { left: `${left.toFixed(1)}px`, width: `${pitch - 2}px`, height: `${pitch - 2}px` });
      if (!level) return cell;
      const choose = () => this.#choose(level, i);
      cell.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && choose());
      cell.addEventListener("pointerdown", choose);
      cell.addEventListener("focus", choose);
      return cell;
    }

    #paint(cell, level, i, ways, most) {
      const isChosen = level === this.#at[0] && i === this.#at[1];
      cell.textContent = ways && !isChosen ? String(ways) : "";
      cell.classList.toggle("ce-chosen", isChosen);
      cell.style.fontSize = `${fitted(ways, cell.pitch).size}px`;
      cell.style.setProperty("--ce-heat", ways ? `${20 + 40 * ways / most}%` : "0%");
      const state = isChosen ? ", chosen" : ways ? `, ${ways} ways` : "";
      cell.ariaLabel = `${level ? "layer " + level : "image"}, pixel ${i}${state}`;
      cell.ariaSelected = String(isChosen);
      if (level) cell.tabIndex = isChosen ? 0 : -1;
    }

    #choose(level, i) {
      if (level === this.#at[0] && i === this.#at[1]) return;
      this.#at = [level, i];
      this.#show();
    }

    #onKey(event) {
      const way = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!way) return;
      event.preventDefault();
      this.#at = [clamp(this.#at[0] + way[0], 1, this.#layers.length), this.#at[1] + way[1]];
      this.#show();
      this.#cells[this.#at[0]]?.[this.#at[1]].focus();
    }

    #tell() {
      const layers = this.#layers.slice(0, this.#at[0]);
      const seen = this.#ways[0].filter(Boolean).length;
      let [jump, size] = [1, 1];
      const terms = layers.map(([kernel, stride, dilation]) => {
        const term = `${dilation * (kernel - 1)} · ${jump}`;
        size += dilation * (kernel - 1) * jump;
        jump *= stride;
        return term;
      });
      const gaps = seen < size ? `, of which ${seen} count` : "";
      this.#parts.said.textContent = `Pixel ${this.#at[1]} of layer ${this.#at[0]} sees 1 + ${terms.join(" + ")} = ${size} `
        + `pixels of the image${gaps}. The view of its neighbour begins ${jump} ${jump === 1 ? "pixel" : "pixels"} further on.`;
      const isSolved = this.#layers.length === 3 && this.#layers.every(([kernel]) => kernel === 3) && this.#at[0] === 3 && size >= 15 && seen === size;
      const text = isSolved ? "✓ That is it: with strides or dilations, the view grows by a factor and not by a step." : "";
      if (this.#parts.praise.textContent !== text) this.#parts.praise.textContent = text;
    }
  }

  customElements.define("corr-layers", CorrLayers);
})();
