/* <corr-explorer>: an image beside a kernel beside the output, all of it to be pointed at and edited.

   Attributes: image and kernel (a name from the element's data, or rows as JSON), stride, padding,
   mode, dilation, flip, and controls: which of kernels, images, operation, settings, code, share,
   puzzles to offer. Properties: image, kernel, settings (to read and set); output, code (to read). */
(() => {
  "use strict";

  const {
    LIMITS, MODES, RANGES, SIZES, Grid, History, Picture, Puzzles,
    checkSettings, correlate, decode, encode, format, fromRows, limitOf, make, open, pad, parse,
    plane, products, readPicture, refusal, toRows, whole,
  } = window.corrExplorer;

  const HERE = document.currentScript.src;
  const MOST_CELLS = 20; // more rows or columns than this are shown as a picture
  const SPOKEN = 25; // products of a sum that are read out
  const FACE = [150, 240]; // where in the photograph to begin

  /* ---- the photograph: a data address in a script of its own, as file:// can fetch nothing else */

  let photograph = null;

  function loadPhotograph() {
    photograph ??= new Promise((resolve, reject) => {
      const complaint = "The photograph could not be loaded.";
      const script = make("script", { src: new URL("photograph.js", HERE).href });
      script.onload = () => resolve(readPicture(window.corrExplorer.photograph, complaint));
      script.onerror = () => reject(new RangeError(complaint));
      document.head.append(script);
    }).catch((error) => {
      photograph = null;
      throw error;
    });
    return photograph;
  }

  function seen(element) {
    return new Promise((resolve) => {
      const observer = new IntersectionObserver((entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        observer.disconnect();
        resolve();
      }, { rootMargin: "300px" });
      observer.observe(element);
    });
  }

  /* ---- the same in PyTorch */

  function tensor(name, { rows, columns, data }) {
    const lines = toRows({ rows, columns, data }).map((row) => `[${row.join(", ")}]`);
    return `${name} = torch.tensor([${lines.join(`,\n${" ".repeat(name.length + 17)}`)}], dtype=torch.float64)`;
  }

  const pair = ([a, b]) => (a === b ? `${a}` : `(${a}, ${b})`);

  function python({ name, image, kernel, settings }) {
    const { stride, padding: [top, bottom, left, right], mode, dilation, flip } = settings;
    const even = mode === "zeros" && top === bottom && left === right;
    const padded = top || bottom || left || right;
    const lines = ["import torch", `from torch.nn.functional import conv2d${padded && !even ? ", pad" : ""}`];
    if (name === "photograph") {
      lines.push("from convtutor import images", "",
        "X = (images.photograph(dtype=torch.float64) * 255).round() / 255  # 8 bits, as in the browser");
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
    if (String(stride) !== "1,1") options.push(`, stride=${pair(stride)}`);
    if (padded && even) options.push(`, padding=${pair([top, left])}`);
    if (String(dilation) !== "1,1") options.push(`, dilation=${pair(dilation)}`);
    const weight = flip ? "K.flip(0, 1)[None, None]" : "K[None, None]";
    lines.push(`Y = conv2d(${given}, ${weight}${options.join("")})[0, 0]`);
    return lines.join("\n");
  }

  /* ---- pieces of the page */

  class Panel {
    #views;
    #holder = make("div", { className: "ce-holder" });
    #size = make("span", { className: "ce-size" });
    note = make("div", { className: "ce-note" });

    constructor(title, options) {
      this.#views = [new Grid(title, options), new Picture(title, options)];
      this.element = make("div", { className: `ce-panel ce-${title.replace(" ", "-")}` },
        make("div", { className: "ce-title" }, title, this.#size), this.#holder, this.note);
    }

    show(isPicture, shown, limit, padding) {
      this.view = this.#views[Number(isPicture)];
      if (this.#holder.firstChild !== this.view.element) this.#holder.replaceChildren(this.view.element);
      this.view.show(shown, limit, padding);
      const [top, bottom, left, right] = padding ?? [0, 0, 0, 0];
      this.#size.textContent = ` ${shown.rows - top - bottom} × ${shown.columns - left - right}`;
    }

    /* Something to read instead of numbers. */
    say(text) {
      this.view = null;
      this.#size.textContent = "";
      this.#holder.replaceChildren(make("p", { className: "ce-none" }, text));
    }
  }

  function choice(label, names, onchange) {
    const select = make("select", { onchange: () => onchange(select.value) },
      ...names.map((name) => make("option", { value: name }, name)));
    return [make("label", { className: "ce-field" }, label, select), select];
  }

  const button = (text, onclick, properties = {}) => make("button", { type: "button", onclick, ...properties }, text);

  const factor = (value, isTap) => (value < 0 ? `(${format(value, isTap)})` : format(value, isTap));

  class CorrExplorer extends HTMLElement {
    #history = new History({
      name: "", image: fromRows("image", [[0, 1, 2], [3, 4, 5], [6, 7, 8]], 3),
      kernel: fromRows("kernel", [[0, 1], [2, 3]], 2), settings: checkSettings({}), cell: [0, 0],
    });
    #data = { kernels: {}, images: {}, puzzles: [] };
    #controls = new Set();
    #panels = null;
    #puzzles = null;
    #result = {};
    #fields = {};
    #frame = 0;
    #timer = 0;
    #pending = 0;
    #spoken = "";
    #first = null;

    // ---- what a page or a test may read and set

    get image() { return toRows(this.#state.image); }
    set image(rows) {
      const image = fromRows("image", rows, LIMITS.side);
      const name = Math.max(image.rows, image.columns) > LIMITS.shared ? "own" : "";
      this.#change({ image, name });
    }

    get kernel() { return toRows(this.#state.kernel); }
    set kernel(rows) { this.#change({ kernel: fromRows("kernel", rows, LIMITS.kernel) }); }

    get settings() { return structuredClone(this.#state.settings); }
    set settings(given) { this.#change({ settings: checkSettings({ ...this.#state.settings, ...given }) }); }

    /* Null if the settings are impossible. */
    get output() {
      const { output } = this.#compute();
      return output && toRows(output);
    }

    get code() { return python(this.#state); }

    // ---- state

    get #state() { return this.#history.state; }

    #change(patch, key) {
      this.#complain("");
      this.#history.change({ ...this.#state, ...patch }, key);
      this.#schedule();
    }

    #set(name, index, value) {
      const values = this.#state.settings[name].slice();
      values[index] = value;
      this.#change({ settings: { ...this.#state.settings, [name]: values } }, `${name}${index}`);
    }

    #undo(way) {
      this.#complain("");
      this.#history[way]();
      this.#schedule();
    }

    #look(row, column) {
      if (String(this.#state.cell) === String([row, column])) return;
      this.#history.look([row, column]);
      this.#schedule();
    }

    /* A number typed into the image or the kernel; false if it is none. */
    #edit(what, row, column, text) {
      const old = this.#state[what];
      try {
        const edited = plane(old.rows, old.columns, old.data.slice());
        edited.data[row * old.columns + column] = parse(text);
        this.#change({ [what]: edited }, `${what}${row},${column}`);
        return true;
      } catch (error) {
        this.#complainSoon(`${error.message} The cell keeps ${format(old.data[row * old.columns + column])}.`);
        return false;
      }
    }

    #resize(what, axis, size) {
      const old = this.#state[what];
      const made = axis ? plane(old.rows, size) : plane(size, old.columns);
      for (let r = 0; r < Math.min(old.rows, made.rows); r++) {
        for (let c = 0; c < Math.min(old.columns, made.columns); c++) {
          made.data[r * made.columns + c] = old.data[r * old.columns + c];
        }
      }
      this.#change({ [what]: made }, `${what}-size`);
    }

    /* The padded image and the output, computed anew only if what they depend on was replaced. */
    #compute() {
      const { image, kernel, settings } = this.#state;
      const last = this.#result;
      if (last.image === image && last.kernel === kernel && last.settings === settings) return last;
      const problem = refusal(image, kernel, settings);
      const padded = last.image === image && last.settings === settings && last.padded;
      const result = { image, kernel, settings, problem, padded: problem ? undefined : padded || pad(image, settings) };
      if (!problem) result.output = correlate(result.padded, kernel, settings);
      this.#result = result;
      return result;
    }

    // ---- building

    async connectedCallback() {
      if (this.#panels) return;
      const data = this.querySelector("script[type='application/json']");
      if (data) Object.assign(this.#data, JSON.parse(data.textContent));
      this.#controls = new Set((this.getAttribute("controls") ?? "kernels").split(/\s+/));
      let [given, complaint] = [this.#attributes(), ""];
      if (this.#controls.has("share")) {
        [given, complaint] = this.#fromLink(given);
        window.addEventListener("hashchange", () => this.#onLink());
      }
      try {
        if (given.name === "photograph") {
          await seen(this);
          given.image = await loadPhotograph();
        }
      } catch (error) {
        complaint = error.message;
        given.name = "";
      }
      // What a script has set in the meantime stays.
      if (!this.#history.canUndo) this.#history = new History({ ...this.#state, ...given });
      this.#first = this.#state;
      this.#build();
      this.#complain(complaint);
      this.#render();
    }

    #attributes() {
      const rows = (what, most) => {
        const text = this.getAttribute(what);
        if (text === null) return {};
        return { [what]: fromRows(what, this.#data[`${what}s`][text] ?? JSON.parse(text), most) };
      };
      const numbers = Object.keys(RANGES).filter((name) => this.hasAttribute(name));
      const settings = Object.fromEntries(numbers.map((name) => [name, this.getAttribute(name).split(",")]));
      if (this.hasAttribute("mode")) settings.mode = this.getAttribute("mode");
      settings.flip = this.hasAttribute("flip");
      const isPhotograph = this.getAttribute("image") === "photograph";
      return {
        ...(isPhotograph ? { name: "photograph", cell: FACE } : rows("image", LIMITS.shared)),
        ...rows("kernel", LIMITS.kernel), settings: checkSettings(settings),
      };
    }

    #fromLink(given) {
      try {
        const linked = decode(location.hash);
        return [linked ? { ...given, name: "", ...linked } : given, ""];
      } catch (error) {
        return [given, `The link cannot be used. ${error.message} Here is the first example.`];
      }
    }

    async #onLink() {
      const [given, complaint] = this.#fromLink({});
      try {
        if (given.name === "photograph") given.image = await loadPhotograph();
        if (given.settings) this.#change(given);
        this.#complain(complaint);
      } catch (error) {
        this.#complain(error.message);
      }
    }

    #build() {
      const offers = (name) => this.#controls.has(name);
      const puzzles = offers("puzzles");
      this.#panels = {
        image: new Panel("image", puzzles ? {} : { onEdit: (...at) => this.#edit("image", ...at) }),
        kernel: new Panel("kernel", { onEdit: (...at) => this.#edit("kernel", ...at) }),
        output: new Panel("output", { onPoint: (...at) => this.#look(...at) }),
        ...(puzzles && { wanted: new Panel("wanted output", { onPoint: (...at) => this.#look(...at) }) }),
      };
      this.#fields = {
        message: make("p", { className: "ce-message", role: "alert" }),
        sign: make("div", { className: "ce-sign", ariaHidden: "true" }),
        sum: make("div", { className: "ce-sum" }),
        spoken: make("p", { className: "ce-spoken", role: "status" }),
        undo: button("Undo", () => this.#undo("undo"), { title: "Ctrl+Z" }),
        redo: button("Redo", () => this.#undo("redo"), { title: "Ctrl+Y" }),
      };
      const { message, sign, sum, spoken, undo, redo } = this.#fields;
      const { image, kernel, output, wanted } = this.#panels;
      const equals = make("div", { className: "ce-sign", ariaHidden: "true" }, "=");
      // Where there is no room for all side by side, a sign goes with what follows it.
      const stage = make("div", { className: "ce-stage" }, image.element,
        make("div", { className: "ce-term" }, sign, kernel.element),
        make("div", { className: "ce-term" }, equals, output.element), ...(wanted ? [wanted.element] : []));
      if (puzzles) {
        this.#puzzles = new Puzzles(this.#data.puzzles, (puzzle) => this.#pose(puzzle),
          (rows) => { this.kernel = rows; });
      }
      const controls = [...(offers("images") ? this.#imageControls() : []),
        ...(offers("kernels") ? this.#kernelControls() : []), ...(offers("operation") ? [this.#operation()] : [])];
      const foot = make("div", { className: "ce-row" }, ...this.#share(offers("share")),
        make("span", { className: "ce-end" }, undo, redo,
          ...(puzzles ? [] : [button("Start again", () => this.#change(this.#first))])));
      this.replaceChildren(...[
        this.#puzzles?.element, controls.length && make("div", { className: "ce-row" }, ...controls),
        message, stage, sum, spoken, this.#puzzles?.footer, foot,
        offers("settings") && this.#settings(), offers("code") && this.#code(),
      ].filter(Boolean));
      this.addEventListener("keydown", (event) => this.#onKey(event));
      new ResizeObserver(() => this.#fit()).observe(this);
      this.#puzzles?.choose(this.#puzzles.first);
    }

    #imageControls() {
      const [label, select] = choice("Image", ["custom", ...Object.keys(this.#data.images), "photograph"],
        (name) => this.#chooseImage(name));
      this.#fields.images = select;
      const file = make("input", { type: "file", accept: "image/*", hidden: true });
      file.onchange = () => {
        if (file.files.length) this.#openFile(file.files[0]);
        file.value = "";
      };
      return [label, file, button("Your own picture…", () => file.click(),
        { title: "It stays in your browser." })];
    }

    async #chooseImage(name) {
      try {
        if (name === "photograph") this.#change({ name, image: await loadPhotograph(), cell: FACE });
        else if (name !== "custom") this.#change({ name: "", image: fromRows("image", this.#data.images[name], 99) });
      } catch (error) {
        this.#complain(error.message);
      }
      this.#schedule();
    }

    async #openFile(file) {
      this.#complain("Opening the picture…");
      try {
        const image = await open(file);
        this.#change({ name: "own", image, cell: [image.rows >> 1, image.columns >> 1] });
      } catch (error) {
        this.#complain(error.message);
      }
    }

    #kernelControls() {
      const [label, select] = choice("Kernel", ["custom", ...Object.keys(this.#data.kernels)], (name) => {
        if (name !== "custom") this.kernel = this.#data.kernels[name];
        this.#schedule();
      });
      this.#fields.kernels = select;
      return [label];
    }

    #operation() {
      this.#fields.operation = ["correlation", "convolution"].map((name, k) => button(name, () =>
        this.#change({ settings: { ...this.#state.settings, flip: Boolean(k) } })));
      return make("span", { className: "ce-switch", role: "group", ariaLabel: "Operation" }, ...this.#fields.operation);
    }

    /* A field for a whole number: typed, or stepped by the arrow keys. */
    #number(label, [least, most], read, write) {
      const input = make("input", { type: "text", inputMode: "numeric", autocomplete: "off" });
      const take = (text) => {
        try {
          write(text);
          input.ariaInvalid = null;
        } catch (error) {
          this.#complainSoon(error.message);
          input.ariaInvalid = "true";
        }
      };
      input.oninput = () => take(input.value);
      input.onblur = () => {
        input.value = read();
        input.ariaInvalid = null;
      };
      input.onkeydown = (event) => {
        const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (!by) return;
        event.preventDefault();
        input.value = Math.min(Math.max(read() + by, least), most);
        take(input.value);
      };
      this.#fields.numbers.push(() => {
        if (document.activeElement !== input || input.ariaInvalid !== "true") input.value = read();
      });
      return make("label", { className: "ce-field" }, label, input);
    }

    #settings() {
      this.#fields.numbers = [];
      const group = (title, name, labels) => make("fieldset", {}, make("legend", {}, title),
        ...labels.map((label, k) => this.#number(label, RANGES[name], () => this.#state.settings[name][k],
          (text) => this.#set(name, k, whole(name, text)))));
      const sizes = (what) => make("fieldset", {}, make("legend", {}, `Size of the ${what}`),
        ...["rows", "columns"].map((label, axis) => this.#number(label, SIZES, () => this.#state[what][label],
          (text) => this.#resize(what, axis, whole("size", text, SIZES)))));
      const [mode, select] = choice("filled with", MODES, (name) =>
        this.#change({ settings: { ...this.#state.settings, mode: name } }));
      this.#fields.mode = select;
      const padding = group("Padding", "padding", ["top", "bottom", "left", "right"]);
      padding.append(mode);
      return make("details", {}, make("summary", {}, "Stride, padding, dilation, sizes"),
        make("div", { className: "ce-settings" }, group("Stride", "stride", ["down", "right"]),
          group("Dilation", "dilation", ["down", "right"]), padding, sizes("kernel"),
          this.#fields.imageSize = sizes("image")));
    }

    #code() {
      this.#fields.code = make("code");
      const copy = button("Copy", () => this.#copy(this.code, copy));
      this.#fields.codeBox = make("details", { ontoggle: () => this.#schedule() },
        make("summary", {}, "The same in PyTorch"),
        make("div", { className: "ce-code" },
          make("div", { className: "ce-pre", tabIndex: 0, ariaLabel: "PyTorch code", role: "region" },
            this.#fields.code), copy));
      return this.#fields.codeBox;
    }

    #share(here) {
      const home = this.getAttribute("home");
      if (here) {
        const copy = button("Copy a link to this", () => {
          this.#write();
          this.#copy(location.href, copy);
        });
        return [copy];
      }
      if (!home || this.#puzzles) return [];
      this.#fields.home = make("a", { href: home }, "Open this in the explorer");
      return [this.#fields.home];
    }

    async #copy(text, from) {
      const label = from.textContent;
      try {
        await navigator.clipboard.writeText(text);
        from.textContent = "Copied";
        setTimeout(() => { from.textContent = label; }, 1500);
      } catch {
        window.prompt("Copy this:", text);
      }
    }

    /* Lay a puzzle out, with nothing to undo yet. */
    #pose({ image, shape: [rows, columns], settings }) {
      this.#history = new History({ name: "", image: fromRows("image", image, LIMITS.shared),
        kernel: plane(rows, columns), settings: checkSettings(settings), cell: [0, 0] });
      this.#complain("");
      this.#schedule();
    }

    #onKey(event) {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      const way = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" && "undo";
      if (!way) return;
      event.preventDefault();
      this.#undo(way);
    }

    /* Not at once: on the way to −3 the reader types a mere −. */
    #complainSoon(text) {
      clearTimeout(this.#pending);
      this.#pending = setTimeout(() => this.#complain(text), 500);
    }

    #complain(text) {
      clearTimeout(this.#pending);
      if (this.#fields.message) this.#fields.message.textContent = text;
    }

    // ---- showing

    #schedule() {
      if (this.#panels && !this.#frame) this.#frame = requestAnimationFrame(() => this.#render());
    }

    #render() {
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      const { image, kernel, settings } = this.#state;
      const { padded, output, problem } = this.#compute();
      const shown = padded ?? image;
      const isPicture = [shown, output ?? shown].some(({ rows, columns }) => Math.max(rows, columns) > MOST_CELLS);
      const { image: left, kernel: middle, output: right, wanted } = this.#panels;
      left.show(isPicture, shown, isPicture ? 0 : limitOf(image), padded ? settings.padding : undefined);
      middle.show(false, kernel, limitOf(kernel));
      if (problem) right.say(problem);
      else {
        const isGrey = isPicture && kernel.data.reduce((sum, tap) => sum + tap, 0) > 0.5;
        right.show(isPicture, output, isGrey ? 0 : limitOf(output, isPicture));
      }
      this.#showWindow();
      if (this.#puzzles && output) {
        const target = fromRows("output", this.#puzzles.current.output, LIMITS.shared);
        const isRight = this.#puzzles.judge(output, kernel);
        wanted.show(false, target, limitOf(target));
        wanted.view.tick(isRight);
        const [row, column] = this.#state.cell;
        wanted.view.mark(row < target.rows && column < target.columns ? [{ row, column }] : []);
      }
      this.#showFields();
      this.#fit();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#settle(), 400);
    }

    /* The window of the selected number, and the sum written out. */
    #showWindow() {
      const { kernel, settings } = this.#state;
      const { padded, output } = this.#compute();
      const { image: left, kernel: middle, output: right } = this.#panels;
      if (!output) {
        this.#fields.sum.replaceChildren();
        left.view.mark([]);
        middle.view.mark([]);
        this.#spoken = "";
        return;
      }
      const row = Math.min(Math.max(this.#state.cell[0], 0), output.rows - 1);
      const column = Math.min(Math.max(this.#state.cell[1], 0), output.columns - 1);
      this.#history.look([row, column]);
      const terms = products(padded, kernel, settings, row, column);
      const value = format(output.data[row * output.columns + column]);
      left.view.mark(terms, terms.map(({ tap }) => tap));
      middle.view.mark([{ row: 0, column: 0 }, { row: kernel.rows - 1, column: kernel.columns - 1 }]);
      right.view.mark([{ row, column }]);
      right.view.place(row, column);
      const lines = Array.from({ length: kernel.rows }, (_, r) => make("div", {},
        ...terms.slice(r * kernel.columns, (r + 1) * kernel.columns).map(({ pixel, tap }, c) =>
          make("span", { className: tap ? "" : "ce-idle" },
            `${r || c ? "+ " : ""}${factor(pixel)} · ${factor(tap, true)} `))));
      this.#fields.sum.replaceChildren(make("span", {}, make("b", {}, `Y[${row}, ${column}]`), " ="),
        make("div", { className: "ce-products" }, ...lines),
        make("span", {}, "= ", make("b", { className: "ce-result" }, value)));
      const read = terms.map(({ pixel, tap }) => `${format(pixel)} times ${format(tap, true)}`).join(" plus ");
      this.#spoken = `Output row ${row} column ${column}: `
        + `${terms.length > SPOKEN ? `the sum of ${terms.length} products` : read} is ${value}.`;
    }

    #showFields() {
      const { kernel, image, name, settings } = this.#state;
      const { undo, redo, sign, kernels, images, operation, mode, numbers, imageSize, code, codeBox } = this.#fields;
      undo.disabled = !this.#history.canUndo;
      redo.disabled = !this.#history.canRedo;
      this.#panels.kernel.note.textContent = settings.flip ? "laid on turned by half a turn" : "";
      sign.textContent = settings.flip ? "∗" : "⋆";
      const named = (list, given) => {
        const rows = JSON.stringify(toRows(given));
        return Object.keys(list).find((key) => JSON.stringify(list[key]) === rows) ?? "custom";
      };
      if (kernels) kernels.value = named(this.#data.kernels, kernel);
      if (images) {
        images.value = name === "photograph" ? name : name ? "custom" : named(this.#data.images, image);
      }
      operation?.forEach((each, k) => { each.ariaPressed = String(settings.flip === Boolean(k)); });
      if (mode) mode.value = settings.mode;
      numbers?.forEach((update) => update());
      if (imageSize) imageSize.hidden = name !== "";
      if (codeBox?.open) code.textContent = this.code;
    }

    /* What may wait until the reader does: the screen reader's sentence, and the link. */
    #settle() {
      if (this.#fields.spoken.textContent !== this.#spoken) this.#fields.spoken.textContent = this.#spoken;
      if (this.#controls.has("share") && (this.#history.canUndo || this.#history.canRedo)) this.#write();
      if (this.#fields.home) this.#fields.home.href = this.getAttribute("home") + encode(this.#state);
    }

    #write() {
      history.replaceState(history.state, "", encode(this.#state));
    }

    /* Cells as large as the width allows: all side by side, or else one below the other. */
    #fit() {
      const { image, kernel, padded = image, output = padded } = this.#result;
      if (!image || !this.#panels) return;
      const [gap, signs, width] = [2, 112, this.clientWidth - 34];
      const columns = [kernel.columns, padded.columns, output.columns];
      if (this.#puzzles) columns.push(output.columns);
      const besides = (width - signs - 16 * (columns.length - 3)) / columns.reduce((a, b) => a + b) - gap;
      const below = (width - 40) / Math.max(...columns) - gap;
      const isPicture = this.#panels.image.view instanceof Picture;
      const numbers = isPicture ? Math.min(40, (width - 40) / kernel.columns - gap)
        : besides >= (this.querySelector(".ce-long") ? 37 : 30) ? besides : Math.min(below, 44);
      const cell = Math.floor(Math.min(46, Math.max(numbers, 26)));
      const beside = (width - signs - kernel.columns * (cell + gap)) / 2;
      this.style.setProperty("--ce-cell", `${cell}px`);
      this.style.setProperty("--ce-picture", `${Math.floor(beside >= 180 ? Math.min(beside, 300) : Math.min(width - 40, 250))}px`);
    }
  }

  customElements.define("corr-explorer", CorrExplorer);
})();
