/* The controls around the grids: what to choose from, the settings, the way of the window, the code.
   Each is {element, show(state)}, and changes the state through what it is given. */
(() => {
  "use strict";

  const {
    MODES, PICTURES, RANGES, SETTINGS, SIZES, button, choice, clamp, copy, make, slider, toRows, whole, wholeField,
  } = window.corrExplorer;

  const listed = (list, given) => {
    const rows = JSON.stringify(toRows(given));
    return Object.keys(list).find((key) => JSON.stringify(list[key]) === rows) ?? "custom";
  };

  function kernelControl(kernels, choose) {
    const [element, select] = choice("Kernel", ["custom", ...Object.keys(kernels)], (name) => choose(name, kernels[name]));
    return { element, show: ({ kernel }) => { select.value = listed(kernels, kernel); } };
  }

  function imageControl(images, choose, openFile) {
    const [label, select] = choice("Image", ["custom", ...Object.keys(images), ...Object.keys(PICTURES)],
      (name) => choose(name, images[name]));
    const file = make("input", { type: "file", accept: "image/*", hidden: true });
    file.onchange = () => {
      if (file.files.length) openFile(file.files[0]);
      file.value = "";
    };
    const element = make("span", { className: "ce-group" }, label, file,
      button("Your own picture…", () => file.click(), { title: "It stays in your browser." }));
    const show = ({ image, name }) => {
      select.value = PICTURES[name] ? name : name ? "custom" : listed(images, image);
    };
    return { element, show };
  }

  function operationControl(change) {
    const buttons = ["correlation", "convolution"].map((name, k) =>
      button(name, () => change({ settings: { flip: Boolean(k) } })));
    const show = ({ settings }) =>
      buttons.forEach((each, k) => { each.ariaPressed = String(settings.flip === Boolean(k)); });
    return { element: make("span", { className: "ce-switch", role: "group", ariaLabel: "Operation" }, ...buttons), show };
  }

  /* Mix a kernel and its transpose as an angle says: together they answer to edges of any direction. */
  function steerControl([across, down], change) {
    let angle = 0;
    const control = slider("Angle", [0, 360, 1], (degrees) => {
      angle = degrees;
      const [c, s] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
      const kernel = across.map((row, r) => row.map((tap, k) =>
        Number((c * tap + s * down[r][k]).toFixed(6))));
      change({ kernel }, "angle");
    });
    return { element: control.element, show: () => control.show(angle, `${angle}°`) };
  }

  function settingsControl(model, change, say) {
    const fields = [];
    const group = (title, ...parts) => make("fieldset", {}, make("legend", {}, title), ...parts);
    const number = (label, range, read, write, isLive = true) => {
      const { element, field } = wholeField(label, range, { read, write, say, isLive });
      fields.push(field);
      return element;
    };
    const several = (name, labels) => labels.map((label, k) =>
      number(label, RANGES[name], () => model.state.settings[name][k], (text) => {
        const values = model.state.settings[name].slice();
        values[k] = whole(name, text, RANGES[name]);
        change({ settings: { [name]: values } }, `${name}${k}`);
      }));
    // A size takes numbers away, so it waits until it is typed in full.
    const sizes = (what) => group(`Size of the ${what}`, ...["rows", "columns"].map((label) =>
      number(label, SIZES, () => model.state[what][label], (text) => {
        const size = whole("size", text, SIZES);
        const old = model.state[what];
        if (size !== old[label]) change({ [what]: resized(old, { [label]: size }) });
      }, false)));
    const [mode, select] = choice("filled with", MODES, (name) => change({ settings: { mode: name } }));
    const imageSize = sizes("image");
    const element = make("details", {}, make("summary", {}, "Stride, padding, dilation, sizes"),
      make("div", { className: "ce-settings" },
        group("Stride", ...several("stride", ["down", "right"])),
        group("Dilation", ...several("dilation", ["down", "right"])),
        group("Padding", ...several("padding", ["top", "bottom", "left", "right"]), mode),
        sizes("kernel"), imageSize));
    const show = ({ name, settings }) => {
      select.value = settings.mode;
      imageSize.hidden = name !== "";
      fields.forEach((field) => field.refresh());
    };
    return { element, show, drop: () => fields.forEach((field) => field.isDraft && field.drop()) };
  }

  /* A plane of another size: what fits stays, and zeros are added. */
  function resized(old, { rows = old.rows, columns = old.columns }) {
    const lines = toRows(old);
    return Array.from({ length: rows }, (_, r) =>
      Array.from({ length: columns }, (_, c) => lines[r]?.[c] ?? 0));
  }

  // ---- the way of the window: play, pause, step and scrub

  class Transport {
    #timer = 0;
    #last = 0;
    #isPlaying = false;
    #play = button("Play", () => (this.#isPlaying ? this.pause() : this.play()));
    #slider = make("input", { type: "range", min: 0, step: 1, ariaLabel: "Place of the window" });

    /* count() and at(): how many places there are, and where the window is; go(k) moves it there, with
       k a fraction while it plays; seconds() is how long one pass takes; end() is called after a pass. */
    constructor({ count, at, go, seconds, end, spoken }) {
      Object.assign(this, { count, at, go, seconds, end, spoken });
      this.#slider.oninput = () => this.#step(Number(this.#slider.value) - this.at());
      const by = (text, label, steps) => button(text, () => this.#step(steps), { ariaLabel: label, title: label });
      this.element = make("div", { className: "ce-transport", role: "group", ariaLabel: "The window's way" },
        this.#play, by("◂", "one step back", -1), by("▸", "one step on", 1), this.#slider);
    }

    get isPlaying() { return this.#isPlaying; }

    play() {
      if (this.#isPlaying || !this.count()) return;
      this.#isPlaying = true;
      this.#play.textContent = "Pause";
      const isOver = this.at() >= this.count() - 1;
      let done = isOver ? 0 : this.at();
      this.#last = performance.now();
      this.go(done, true);
      const tick = (now) => {
        if (!this.#isPlaying) return;
        done += Math.max(0, Math.min(now - this.#last, 250)) / 1000 * this.count() / this.seconds();
        this.#last = now;
        if (done >= this.count()) {
          this.pause();
          this.go(this.count() - 1, false);
          this.end?.();
          return;
        }
        this.go(done, true);
        this.#timer = requestAnimationFrame(tick);
      };
      this.#timer = requestAnimationFrame(tick);
    }

    pause() {
      cancelAnimationFrame(this.#timer);
      this.#isPlaying = false;
      this.#play.textContent = "Play";
    }

    #step(by) {
      this.pause();
      this.go(clamp(this.at() + by, 0, this.count() - 1), true);
    }

    show() {
      this.#slider.max = Math.max(0, this.count() - 1);
      this.#slider.value = this.at();
      this.#slider.setAttribute("aria-valuetext", this.spoken());
      this.element.querySelectorAll("button, input").forEach((each) => { each.disabled = !this.count(); });
    }
  }

  // ---- the same in PyTorch

  function tensor(name, plane) {
    const next = ",\n".padEnd(name.length + 19); // below the first row
    const rows = toRows(plane).map((row) => `[${row.join(", ")}]`).join(next);
    return `${name} = torch.tensor([${rows}], dtype=torch.float64)`;
  }

  const pair = ([a, b]) => (a === b ? `${a}` : `(${a}, ${b})`);

  function python({ name, image, kernel, settings }) {
    const { stride, padding: [top, bottom, left, right], mode, dilation, flip } = settings;
    const even = mode === "zeros" && top === bottom && left === right;
    const padded = top || bottom || left || right;
    const lines = ["import torch", `from torch.nn.functional import conv2d${padded && !even ? ", pad" : ""}`];
    if (PICTURES[name]) {
      lines.push("from convtutor import images", "",
        `X = (${PICTURES[name].code} * 255).round() / 255  # 8 bits, as in the browser`);
    } else if (name === "own") {
      lines.push("", `X = torch.rand(${image.rows}, ${image.columns}, dtype=torch.float64)  # put yours here`);
    } else lines.push("", tensor("X", image));
    lines.push(tensor("K", kernel));
    const options = [];
    let given = "X[None, None]";
    if (padded && !even) {
      const how = mode === "zeros" ? "" : `, mode="${mode}"`;
      lines.push(`X = pad(X[None, None], (${left}, ${right}, ${top}, ${bottom})${how})`);
      given = "X";
    }
    if (String(stride) !== String(SETTINGS.stride)) options.push(`, stride=${pair(stride)}`);
    if (padded && even) options.push(`, padding=${pair([top, left])}`);
    if (String(dilation) !== String(SETTINGS.dilation)) options.push(`, dilation=${pair(dilation)}`);
    const weight = flip ? "K.flip(0, 1)[None, None]" : "K[None, None]";
    lines.push(`Y = conv2d(${given}, ${weight}${options.join("")})[0, 0]`);
    return lines.join("\n");
  }

  function codeControl(read) {
    const code = make("code");
    const copier = button("Copy", () => copy(read(), copier));
    const element = make("details", { ontoggle: () => show() }, make("summary", {}, "The same in PyTorch"),
      make("div", { className: "ce-code" },
        make("div", { className: "ce-pre", tabIndex: 0, ariaLabel: "PyTorch code", role: "region" }, code), copier));
    const show = () => { if (element.open) code.textContent = read(); };
    return { element, show };
  }

  Object.assign(window.corrExplorer, {
    Transport, codeControl, imageControl, kernelControl, operationControl, python, resized, settingsControl,
    steerControl,
  });
})();
