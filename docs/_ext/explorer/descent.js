/* <corr-descent>: the loss of a kernel of two taps as a bowl seen from above, and the path that gradient
   descent takes in it, as the learning rate and the start are dragged. The image, the goal, the start and
   the rate come from the page's run; each step is computed as `learn_kernel` does it.

   Properties: rate, start (to read and set); losses, kernels (to read). */
(() => {
  "use strict";

  const { button, clamp, correlate, dataOf, draggable, fromRows, make, normalise, plane, slider, toRows } = window.corrExplorer;

  const STEPS = 20;
  const FASTEST = 0.036; // the largest rate that can be chosen, beyond 1/30
  const REACH = 0.8; // of the map, from the goal to each side
  const SETTINGS = { stride: [1, 1], padding: [0, 0, 0, 0], mode: "zeros", dilation: [1, 1], flip: false };
  const [SIDE, EDGE] = [320, 40]; // of the drawings, in their own units
  const SVG = "http://www.w3.org/2000/svg";

  function draw(tag, properties, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(properties)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  const corr = (image, kernel) => correlate(image, kernel, SETTINGS);

  /* Twenty steps down the summed squared error. */
  function descend(image, target, start, rate) {
    const [losses, kernels] = [[], [start]];
    let kernel = fromRows("kernel", [start]);
    for (let step = 0; step < STEPS; step++) {
      const error = corr(image, kernel);
      error.data.forEach((value, k) => { error.data[k] = value - target.data[k]; });
      losses.push(error.data.reduce((sum, value) => sum + value * value, 0));
      const slope = corr(image, error); // of the loss, but for the factor 2
      kernel = plane(1, 2, kernel.data.map((tap, k) => tap - rate * 2 * slope.data[k]));
      kernels.push(Array.from(kernel.data));
    }
    return { losses, kernels };
  }

  const few = (value) => {
    const text = Math.abs(value) >= 1e4 || (value && Math.abs(value) < 1e-3) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
    return text.replace("-", "−").replace("e+", "e");
  };

  class CorrDescent extends HTMLElement {
    #isBuilt = false;
    #image;
    #target;
    #goal;
    #first;
    #rate = 0;
    #start = [0, 0];
    #path = { losses: [], kernels: [] };
    #parts = {};

    get rate() { return this.#rate; }
    set rate(value) {
      if (!(value >= 0 && value <= FASTEST)) throw new RangeError(`rate must be from 0 to ${FASTEST}, not ${value}.`);
      this.#rate = Number(value);
      this.#show();
    }

    get start() { return [...this.#start]; }
    set start(taps) {
      const { kernel } = normalise({ image: this.#image, kernel: null }, { kernel: [Array.from(taps ?? [])] });
      if (kernel.columns !== 2) throw new RangeError(`start must be 2 numbers, not ${kernel.columns}.`);
      this.#start = Array.from(kernel.data);
      this.#show();
    }

    get losses() { return [...this.#path.losses]; }
    get kernels() { return structuredClone(this.#path.kernels); }

    connectedCallback() {
      if (this.#isBuilt) return;
      this.#isBuilt = true;
      const { image, goal, start, rate } = dataOf(this);
      this.#image = fromRows("image", image);
      this.#goal = goal;
      this.#target = corr(this.#image, fromRows("kernel", [goal]));
      this.#first = { start, rate };
      [this.#start, this.#rate] = [start, rate];
      this.#build();
      this.#show();
    }

    /* The Hessian is twice the products of the pixels of each window, summed over all windows. */
    get #bends() {
      const [rows, width] = [toRows(this.#image), this.#image.columns - 1];
      let [same, cross] = [0, 0];
      for (const row of rows) {
        for (let c = 0; c < width; c++) {
          same += row[c] * row[c];
          cross += row[c] * row[c + 1];
        }
      }
      return { steep: 2 * (same + cross), flat: 2 * (same - cross) };
    }

    // ---- the map

    #x(tap) { return SIDE / 2 + (tap - this.#goal[0]) / REACH * (SIDE / 2); }
    #y(tap) { return SIDE / 2 - (tap - this.#goal[1]) / REACH * (SIDE / 2); }

    #build() {
      const { steep, flat } = this.#bends;
      const rings = [0.02, 0.15, 0.6, 1.6, 3.5, 7, 13, 22].map((loss) => draw("ellipse", {
        class: "ce-ring", cx: 0, cy: 0, rx: Math.sqrt(2 * loss / steep) / REACH * SIDE / 2, ry: Math.sqrt(2 * loss / flat) / REACH * SIDE / 2,
        transform: `translate(${SIDE / 2} ${SIDE / 2}) rotate(-45)`,
      }));
      const goal = draw("path", { class: "ce-goal", d: `M${SIDE / 2 - 7} ${SIDE / 2}h14M${SIDE / 2} ${SIDE / 2 - 7}v14` });
      const path = draw("polyline", { class: "ce-path" });
      const dots = draw("g", { class: "ce-dots" });
      const handle = draw("circle", { class: "ce-handle", r: 9, tabindex: 0, role: "application" });
      const name = `ce-clip${Math.random().toString(36).slice(2)}`;
      const inside = draw("g", { "clip-path": `url(#${name})` }, ...rings, goal, path, dots);
      const map = draw("svg", { class: "ce-map", viewBox: `${-EDGE} 0 ${SIDE + EDGE + 2} ${SIDE + EDGE}`, role: "group", "aria-label": "Map of the loss" },
        draw("clipPath", { id: name }, draw("rect", { x: 0, y: 0, width: SIDE, height: SIDE, rx: 6 })),
        draw("rect", { class: "ce-ground", x: 0, y: 0, width: SIDE, height: SIDE, rx: 6 }), inside, handle,
        ...this.#ticks());
      const rate = slider("Learning rate", [0, FASTEST, 0.0001], (value) => { this.rate = value; });
      const bars = draw("svg", { class: "ce-bars", viewBox: `0 0 ${SIDE} 120`, role: "img" });
      const said = make("p", { className: "ce-said", role: "status" });
      const praise = make("p", { className: "ce-praise", role: "status" });
      const marks = [["1/36", 1 / 36], ["0.03", 0.03], ["1/30", 1 / 30], ["0.034", 0.034]].map(([text, value]) =>
        button(text, () => { this.rate = value; }, { ariaLabel: `learning rate ${text}` }));
      const again = button("Start again", () => {
        [this.#start, this.#rate] = [this.#first.start, this.#first.rate];
        this.#show();
      });
      this.classList.add("ce");
      this.replaceChildren(
        make("div", { className: "ce-row" }, rate.element, ...marks),
        make("div", { className: "ce-duo" }, map,
          make("div", {}, make("div", { className: "ce-title" }, "the loss before each step"), bars, said, praise)),
        make("div", { className: "ce-row" }, make("span", { className: "ce-end" }, again)));
      this.#parts = { map, path, dots, handle, rate, bars, said, praise };
      this.#listen();
    }

    /* Two numbers on each axis are enough to know where one is. */
    #ticks() {
      return [-0.5, 0, 0.5].flatMap((by) => {
        const [a, b] = [this.#goal[0] + by, this.#goal[1] + by];
        return [draw("text", { class: "ce-tick", x: this.#x(a), y: SIDE + 16, "text-anchor": "middle" }, few(a)),
          draw("text", { class: "ce-tick", x: -5, y: this.#y(b) + 4, "text-anchor": "end" }, few(b))];
      });
    }

    #listen() {
      const { map, handle } = this.#parts;
      const move = (event) => {
        const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(map.getScreenCTM().inverse());
        this.#move((at.x / SIDE - 0.5) * 2 * REACH, (0.5 - at.y / SIDE) * 2 * REACH);
      };
      draggable(map, { start: move, move });
      handle.addEventListener("keydown", (event) => {
        const way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
        if (!way) return;
        event.preventDefault();
        const by = event.shiftKey ? 0.1 : 0.01;
        this.#move(...way.map((step, k) => this.#start[k] - this.#goal[k] + by * step));
      });
    }

    #move(across, up) {
      const tap = (by, k) => Number((this.#goal[k] + clamp(by, -REACH, REACH)).toFixed(4));
      this.#start = [tap(across, 0), tap(up, 1)];
      this.#show();
    }

    #show() {
      if (!this.#isBuilt || !this.#parts.map) return;
      this.#path = descend(this.#image, this.#target, this.#start, this.#rate);
      const { losses, kernels } = this.#path;
      const { path, dots, handle, rate, said, praise } = this.#parts;
      const points = kernels.map(([a, b]) => [clamp(this.#x(a), -999, 999), clamp(this.#y(b), -999, 999)]);
      path.setAttribute("points", points.map((point) => point.map((n) => n.toFixed(1)).join()).join(" "));
      dots.replaceChildren(...points.map(([cx, cy]) => draw("circle", { cx: cx.toFixed(1), cy: cy.toFixed(1), r: 2.5 })));
      handle.setAttribute("cx", points[0][0]);
      handle.setAttribute("cy", points[0][1]);
      handle.setAttribute("aria-label", `start ${few(this.#start[0])}, ${few(this.#start[1])}; arrow keys move it`);
      const { steep, flat } = this.#bends;
      rate.show(this.#rate, this.#rate.toFixed(4));
      this.#showBars(losses);
      const end = kernels[STEPS];
      said.textContent = `Each step leaves ${few(1 - this.#rate * steep)} of the error in the steep direction and `
        + `${few(1 - this.#rate * flat)} of it in the flat one. After ${STEPS} steps the kernel is `
        + `(${few(end[0])}, ${few(end[1])}), and the last of the ${STEPS} losses is ${few(losses[STEPS - 1])}.`;
      const distance = (kernel) => Math.hypot(kernel[0] - this.#goal[0], kernel[1] - this.#goal[1]);
      const isSolved = this.#rate > 2 / steep && distance(this.#start) > 0.3 && distance(end) < 0.05;
      const text = isSolved ? "✓ You found one. This start lies on the floor of the valley: there is no error in the steep "
        + "direction, so nothing grows." : "";
      if (praise.textContent !== text) praise.textContent = text;
    }

    /* A bar for each loss, on a logarithmic scale from a hundred-thousandth to a thousand. */
    #showBars(losses) {
      const { bars } = this.#parts;
      const height = (loss) => clamp((Math.log10(Math.max(loss, 1e-12)) + 5) / 8, 0.005, 1) * 104;
      const width = SIDE / STEPS;
      bars.replaceChildren(...losses.map((loss, k) => draw("rect", {
        class: loss > losses[0] ? "ce-grown" : "ce-bar", x: k * width + 1, y: 120 - height(loss), width: width - 2, height: height(loss), rx: 2,
      }, draw("title", {}, `loss ${k + 1}: ${few(loss)}`))));
      bars.setAttribute("aria-label", `Bars of ${STEPS} losses on a logarithmic scale, from ${few(losses[0])} to ${few(losses[STEPS - 1])}`);
    }
  }

  customElements.define("corr-descent", CorrDescent);
})();
