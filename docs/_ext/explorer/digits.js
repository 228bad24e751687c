/* <corr-digits>: draw a digit, and see what the network of this page makes of it: the maps of its first
   layer, and its ten scores. The network's layers come from the page's run, all their numbers with them.

   Properties: digit (8 rows of 8 shades from 0 to 1; to read and set), scores (to read). */
(() => {
  "use strict";

  const { Picture, button, correlate, dataOf, make, normalise, pad, plane, step, toRows } = window.corrExplorer;

  const [SIDE, BLOCK] = [32, 4]; // as the digits were once scanned: 32 × 32 dots, counted in blocks of 4 × 4
  const SETTINGS = { stride: [1, 1], padding: [0, 0, 0, 0], mode: "zeros", dilation: [1, 1], flip: false };

  /* Numbers in single precision, packed as text. */
  function unpack(text) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    return Float64Array.from(new Float32Array(bytes.buffer));
  }

  /* What each kind of layer does to a list of planes. A flat list of numbers is one plane of one row. */
  const KINDS = {
    convolution(maps, { weight, bias, shape: [outs, ins, rows, columns], padding }) {
      const size = rows * columns;
      const settings = { ...SETTINGS, padding: [padding[0], padding[0], padding[1], padding[1]] };
      const padded = maps.map((map) => pad(map, settings));
      return Array.from({ length: outs }, (_, o) => {
        const sums = padded.map((map, i) =>
          correlate(map, plane(rows, columns, weight.subarray((o * ins + i) * size, (o * ins + i + 1) * size)), SETTINGS));
        const total = plane(sums[0].rows, sums[0].columns);
        total.data.forEach((_value, k) => { total.data[k] = bias[o] + sums.reduce((sum, each) => sum + each.data[k], 0); });
        return total;
      });
    },
    relu: (maps) => maps.map(({ rows, columns, data }) => plane(rows, columns, data.map((value) => Math.max(value, 0)))),
    pool(maps, { size, isLargest }) {
      return maps.map((map) => {
        const made = plane(Math.floor(map.rows / size), Math.floor(map.columns / size));
        for (let r = 0; r < made.rows; r++) {
          for (let c = 0; c < made.columns; c++) {
            const block = Array.from({ length: size * size }, (_, k) =>
              map.data[(r * size + Math.floor(k / size)) * map.columns + c * size + k % size]);
            made.data[r * made.columns + c] = isLargest ? Math.max(...block) : block.reduce((a, b) => a + b) / block.length;
          }
        }
        return made;
      });
    },
    flatten(maps) {
      const all = Float64Array.from(maps.flatMap(({ data }) => Array.from(data)));
      return [plane(1, all.length, all)];
    },
    linear([{ data }], { weight, bias }) {
      const scores = bias.map((start, o) =>
        data.reduce((sum, value, k) => sum + value * weight[o * data.length + k], start));
      return [plane(1, scores.length, scores)];
    },
  };

  class CorrDigits extends HTMLElement {
    #isBuilt = false;
    #layers = [];
    #examples = [];
    #next = 0;
    #dots = plane(SIDE, SIDE);
    #scores = [];
    #tip = null;
    #pen = [SIDE / 2, SIDE / 2];
    #pictures = {};
    #parts = {};

    get digit() { return toRows(this.#seen()); }
    set digit(rows) {
      const { image } = normalise({ image: this.#dots }, { image: rows });
      if (image.rows !== SIDE / BLOCK || image.columns !== SIDE / BLOCK) {
        throw new RangeError(`digit must have 8 rows and columns, not ${image.rows} × ${image.columns}.`);
      }
      this.#dots = plane(SIDE, SIDE);
      this.#dots.data.forEach((_, k) => {
        const [r, c] = [Math.floor(k / SIDE), k % SIDE];
        this.#dots.data[k] = image.data[Math.floor(r / BLOCK) * image.columns + Math.floor(c / BLOCK)];
      });
      this.#show();
    }

    get scores() { return [...this.#scores]; }

    connectedCallback() {
      if (this.#isBuilt) return;
      this.#isBuilt = true;
      this.classList.add("ce");
      const { layers, examples } = dataOf(this);
      this.#layers = layers.map((layer) => ({ ...layer, ...(layer.weight && { weight: unpack(layer.weight), bias: unpack(layer.bias) }) }));
      this.#examples = examples;
      this.#build();
      this.digit = examples[0];
      this.#next = 1;
    }

    #build() {
      const first = this.#layers[0].shape[0];
      this.#pictures = { drawing: new Picture("your digit", { point: () => {}, draw: (...at) => this.#draw(...at), walk: (event) => this.#walk(event) }), seen: new Picture("what the network sees"),
        maps: Array.from({ length: first }, (_, k) => new Picture(`map ${k + 1}`)) };
      const { drawing, seen, maps } = this.#pictures;
      drawing.element.classList.add("ce-pencil", "ce-board");
      const titled = (title, ...elements) => make("div", { className: "ce-panel" }, make("div", { className: "ce-title" }, title), ...elements);
      const bars = Array.from({ length: 10 }, (_, digit) => {
        const bar = make("div", { className: "ce-score-bar" });
        const value = make("span", { className: "ce-score-value" });
        return { row: make("div", { className: "ce-score" }, make("b", {}, String(digit)), make("div", { className: "ce-score-track" }, bar), value), bar, value };
      });
      const said = make("p", { className: "ce-said", role: "status" });
      const clear = button("Clear", () => {
        this.#dots = plane(SIDE, SIDE);
        this.#show();
      });
      const example = button("Another example", () => {
        this.digit = this.#examples[this.#next];
        this.#next = (this.#next + 1) % this.#examples.length;
      });
      this.replaceChildren(
        make("div", { className: "ce-stage" }, titled("draw here", drawing.element), titled("8 × 8 pixels", seen.element),
          make("div", { className: "ce-panel ce-scores" }, make("div", { className: "ce-title" }, "its answer"), ...bars.map(({ row }) => row))),
        make("div", { className: "ce-row" }, clear, example), said,
        titled("the maps of the first layer, after ReLU", make("div", { className: "ce-maps" }, ...maps.map(({ element }) => element))));
      this.#parts = { bars, said };
    }

    /* Each shade is the share of the dots in its block that are on. */
    #seen() {
      const side = SIDE / BLOCK;
      const seen = plane(side, side);
      this.#dots.data.forEach((dot, k) => {
        seen.data[Math.floor(Math.floor(k / SIDE) / BLOCK) * side + Math.floor(k % SIDE / BLOCK)] += dot / BLOCK ** 2;
      });
      return seen;
    }

    /* Arrow keys move the pen, and the space bar puts it down. */
    #walk(event) {
      const to = step(event, this.#pen, this.#dots, 4);
      if (!to) return;
      event.preventDefault();
      this.#pen = to;
      this.#showPen();
    }

    #showPen() {
      const [row, column] = this.#pen;
      this.#pictures.drawing.place(row, column);
      this.#pictures.drawing.mark([{ row, column }]);
    }

    /* A line to a place, as wide as a pen that fits the scanned digits. */
    #draw(place, isFirst) {
      const from = isFirst || !this.#tip ? place : this.#tip;
      const steps = Math.max(1, Math.abs(place.row - from.row), Math.abs(place.column - from.column));
      const dots = this.#dots.data.slice();
      for (let k = 0; k <= steps; k++) {
        const [row, column] = [from.row + (place.row - from.row) * k / steps, from.column + (place.column - from.column) * k / steps];
        for (let r = 0; r < SIDE; r++) {
          for (let c = 0; c < SIDE; c++) if (Math.hypot(r - row, c - column) < 2) dots[r * SIDE + c] = 1;
        }
      }
      this.#tip = place;
      this.#pen = [place.row, place.column];
      this.#dots = plane(SIDE, SIDE, dots);
      this.#show();
    }

    #show() {
      if (!this.#parts.bars) return;
      const seen = this.#seen();
      let maps = [seen];
      let early = null;
      for (const layer of this.#layers) {
        maps = KINDS[layer.kind](maps, layer);
        if (!early && layer.kind === "relu") early = maps;
      }
      this.#scores = Array.from(maps[0].data);
      const { drawing, seen: small, maps: shown } = this.#pictures;
      drawing.show(this.#dots, 0, 190, 190);
      this.#showPen();
      small.show(seen, 0, 96, 96);
      const most = Math.max(...early.map(({ data }) => Math.max(...data)), 1e-9);
      shown.forEach((picture, k) => picture.show(early[k], most, 72, 72));
      const highest = Math.max(...this.#scores);
      const sizes = this.#scores.map((score) => Math.exp(score - highest));
      const total = sizes.reduce((a, b) => a + b);
      const best = this.#scores.indexOf(highest);
      this.#parts.bars.forEach(({ row, bar, value }, k) => {
        const share = sizes[k] / total;
        bar.style.width = `${(100 * share).toFixed(1)}%`;
        value.textContent = (Math.round(10 * this.#scores[k]) / 10 + 0).toFixed(1).replace("-", "−");
        row.classList.toggle("ce-best", k === best);
      });
      const isBlank = !seen.data.some(Boolean);
      this.#parts.said.textContent = isBlank ? "The board is empty. Draw a large digit on it."
        : `The network reads ${best === 8 ? "an" : "a"} ${best}: it has the highest score, and softmax gives it ${Math.round(100 * sizes[best] / total)} %.`;
    }
  }

  customElements.define("corr-digits", CorrDigits);
})();
