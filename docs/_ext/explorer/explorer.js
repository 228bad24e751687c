/* <corr-explorer>: an image beside a kernel beside the output, all of it to be touched.

   Attributes: image and kernel (a name from the element's data, or rows as JSON), stride, padding, mode,
   dilation, flip; controls: which of kernels, images, operation, compare, steer, settings, code, share,
   puzzles to offer; demo: play by itself until touched; goal: the output that is asked for.
   Properties: image, kernel, second, settings (to read and set); output, secondOutput, code (to read). */
(() => {
  "use strict";

  const {
    LIMITS, PICTURES, RANGES, Grid, Model, Picture, Puzzles, Transport, button, clamp, codeControl, copy, counted, dataOf, decode,
    encode, format, fromRows, imageControl, kernelControl, limitOf, make, open, operationControl, parse, plane,
    products, python, readPicture, resized, settingsControl, steerControl, step, toRows, write,
  } = window.corrExplorer;

  const HERE = document.currentScript.src;
  const MOST_CELLS = 20; // more rows or columns than this are shown as a picture
  const MOST_TERMS = 30; // products of a sum that are written out
  const MOST_SPOKEN = 9; // and that are read out
  const [CELL, GAP, HEAD] = [42, 2, 18]; // pixels: as in the figures
  const TALL = 420; // the most that a picture takes of the screen
  const BANDS = 12; // in which the window sweeps over a picture

  /* ---- pictures: a data address in a script of its own, as file:// can fetch nothing else */

  const loaded = {};

  function load(name) {
    loaded[name] ??= new Promise((resolve, reject) => {
      const complaint = `The ${name} could not be loaded.`;
      const script = make("script", { src: new URL(`${name}.js`, HERE).href });
      script.onload = () => resolve(readPicture(window.corrExplorer[name], complaint));
      script.onerror = () => reject(new RangeError(complaint));
      document.head.append(script);
    }).catch((error) => {
      delete loaded[name];
      throw error;
    });
    return loaded[name];
  }

  /* Call back when an element comes near the screen, or (with a share) as much of it is seen. */
  function whenSeen(element, signal, call, options = { rootMargin: "300px" }) {
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      call();
    }, options);
    observer.observe(element);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /* A titled place for a grid or a picture. */
  class Panel {
    #holder = make("div", { className: "ce-holder" });
    #size = make("span", { className: "ce-size" });
    note = make("div", { className: "ce-note" });

    constructor(title, kind, options) {
      this.views = { grid: new Grid(title, options), picture: new Picture(title, options) };
      this.element = make("div", { className: `ce-panel ce-${kind}` },
        make("div", { className: "ce-title" }, title, this.#size), this.#holder, this.note);
    }

    show(isPicture, shown, limit, room, padding) {
      this.view = this.views[isPicture ? "picture" : "grid"];
      if (this.#holder.firstChild !== this.view.element) this.#holder.replaceChildren(this.view.element);
      this.view.show(shown, limit, ...room, padding);
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

  /* A number of a sum, in brackets if it is negative, underlined with dots if it is rounded. */
  function factor(value, className) {
    const { text, isExact } = write(value);
    const part = make("span", { className: isExact ? className : `${className} ce-rounded` }, text);
    return value < 0 ? make("span", {}, "(", part, ")") : part;
  }

  const sign = (text) => make("div", { className: "ce-sign", ariaHidden: "true" }, text);

  class CorrExplorer extends HTMLElement {
    #model = new Model();
    #data = { kernels: {}, images: {}, puzzles: [], steer: null };
    #offers = new Set();
    #isBuilt = false;
    #panels = {};
    #lanes = [];
    #controls = [];
    #fields = {};
    #puzzles = null;
    #transport = null;
    #ending = null;
    #frame = 0;
    #timer = 0;
    #spoken = "";
    #shape = "";
    #first = null;
    #sweep = null;
    #isDemo = false;
    #held = null;
    #ink = 1;
    #tip = null;

    // ---- what a page or a test may read and set

    get image() { return toRows(this.#model.state.image); }
    set image(rows) { this.#change({ image: rows }); }

    get kernel() { return toRows(this.#model.state.kernel); }
    set kernel(rows) { this.#change({ kernel: rows }); }

    get second() { return this.#model.state.second && toRows(this.#model.state.second); }
    set second(rows) { this.#change({ second: rows }); }

    get settings() { return structuredClone(this.#model.state.settings); }
    set settings(given) { this.#change({ settings: given }); }

    /* Null if the settings are impossible. */
    get output() {
      const { output } = this.#model.result();
      return output && toRows(output);
    }

    get secondOutput() {
      const output = this.#model.state.second && this.#model.result("second").output;
      return output && toRows(output);
    }

    get code() { return python(this.#model.state); }

    // ---- changes

    #change(patch, key) {
      this.#model.change(patch, key);
      this.#say("");
      this.#halt();
      this.#schedule();
    }

    #undo(way) {
      this.#say("");
      if (!this.#model[way]()) return;
      for (const { kernel } of this.#lanes) kernel.views.grid.drop();
      this.#panels.image.views.grid.drop();
      this.#controls.forEach((control) => control.drop?.());
      this.#halt();
      this.#schedule();
    }

    /* Stop playing, and show all of the output again. */
    #halt() {
      this.#isDemo = false;
      this.#transport?.pause();
      this.#sweep = null;
    }

    /* A number typed into the image or a kernel; throws if it is not one. */
    #edit(what, row, column, text, key) {
      const old = this.#model.state[what];
      const [value, k] = [parse(text), row * old.columns + column];
      if (value === old.data[k]) return;
      const edited = plane(old.rows, old.columns, old.data.slice());
      edited.data[k] = value;
      this.#put(what, edited, key);
    }

    /* An image keeps its name when it is edited: a picture of the reader's stays one. */
    #put(what, made, key) {
      const { name } = this.#model.state;
      const kept = PICTURES[name] ? "own" : name;
      this.#change(what === "image" ? { image: made, name: kept } : { [what]: made }, key);
    }

    /* A table that was pasted: it fills cells, and the grid grows for it if it may. */
    #fill(what, row, column, rows) {
      const old = this.#model.state[what];
      const size = { rows: Math.max(old.rows, row + rows.length), columns: Math.max(old.columns, column + rows[0].length) };
      if (this.#puzzles && (size.rows > old.rows || size.columns > old.columns)) {
        throw new RangeError(`It has ${rows.length} × ${rows[0].length} numbers, and the kernel here ${old.rows} × ${old.columns}.`);
      }
      const filled = resized(old, size);
      rows.forEach((line, r) => line.forEach((text, c) => { filled[row + r][column + c] = parse(text); }));
      this.#put(what, fromRows(what, filled));
    }

    // ---- the window

    /* Look at a place of the output. */
    #look(row, column) {
      const { output } = this.#model.result();
      if (!output) return;
      const cell = [clamp(row, 0, output.rows - 1), clamp(column, 0, output.columns - 1)];
      if (String(this.#model.state.cell) === String(cell)) return;
      this.#model.look(cell);
      this.#schedule();
    }

    /* The reader points somewhere: a mouse that passes by does not stop what is played on purpose. */
    #point(row, column, event) {
      if (event?.type === "pointermove" && !event.buttons && this.#transport.isPlaying && !this.#isDemo) return;
      if (event || !this.#transport.isPlaying) this.#halt();
      this.#look(row, column);
    }

    /* Where the window's top left corner is, in the padded image, and how far it reaches. */
    #window() {
      const { cell, settings: { stride, dilation }, kernel } = this.#model.state;
      return { top: cell[0] * stride[0], left: cell[1] * stride[1],
        height: dilation[0] * (kernel.rows - 1) + 1, width: dilation[1] * (kernel.columns - 1) + 1 };
    }

    /* Move the window so that its top left corner is as near to a place as the stride allows. */
    #moveTo(top, left, event) {
      const { stride } = this.#model.state.settings;
      this.#point(Math.round(top / stride[0]), Math.round(left / stride[1]), event);
    }

    /* How the image moves the window: centred on a pixel that is pointed at, or held where it is grabbed. */
    #imageHandles() {
      const centre = ({ row, column }, event) => {
        const { height, width } = this.#window();
        this.#moveTo(row - (height - 1) / 2, column - (width - 1) / 2, event);
      };
      const grab = ({ row, column }) => {
        const { top, left, height, width } = this.#window();
        const isInside = row >= top && row < top + height && column >= left && column < left + width;
        this.#held = isInside ? [row - top, column - left] : [(height - 1) / 2, (width - 1) / 2];
      };
      const drag = ({ row, column }) => this.#moveTo(row - this.#held[0], column - this.#held[1], { type: "drag" });
      return { point: centre, grab, drag, walk: (event) => this.#walk(event), draw: (...at) => this.#draw(...at) };
    }

    /* Arrow keys on a picture move the window over the output. */
    #walk(event) {
      const { output } = this.#model.result();
      const to = output && step(event, this.#model.state.cell, output, 10);
      if (!to) return;
      event.preventDefault();
      this.#point(...to, event);
    }

    // ---- drawing

    #startDrawing() {
      this.#change({ name: "", image: plane(LIMITS.shared, LIMITS.shared), cell: [10, 10] });
      this.#hold(true);
    }

    #hold(isHeld) {
      this.#panels.image.views.picture.element.classList.toggle("ce-pencil", isHeld);
      this.#fields.pencil.ariaPressed = String(isHeld);
    }

    /* Draw a line to a place; a stroke that begins on ink rubs out. */
    #draw(place, isFirst) {
      const { image, settings: { padding } } = this.#model.state;
      const [row, column] = [place.row - padding[0], place.column - padding[2]];
      const drawn = plane(image.rows, image.columns, image.data.slice());
      if (isFirst) {
        this.#ink = image.data[row * image.columns + column] > 0.5 ? 0 : 1;
        this.#tip = { row, column, stroke: (this.#tip?.stroke ?? 0) + 1 };
      }
      const from = this.#tip;
      const length = Math.max(Math.abs(row - from.row), Math.abs(column - from.column), 1);
      const reach = Math.round(image.columns / 100);
      for (let k = 0; k <= length; k++) {
        const [r, c] = [from.row + (row - from.row) * k / length, from.column + (column - from.column) * k / length].map(Math.round);
        for (let i = Math.max(0, r - reach); i <= Math.min(image.rows - 1, r + reach); i++) {
          for (let j = Math.max(0, c - reach); j <= Math.min(image.columns - 1, c + reach); j++) drawn.data[i * image.columns + j] = this.#ink;
        }
      }
      this.#tip = { ...from, row, column };
      this.#put("image", drawn, `stroke${from.stroke}`);
    }

    // ---- a life in the page

    connectedCallback() {
      this.#ending = new AbortController();
      const { signal } = this.#ending;
      if (!this.#isBuilt) this.#begin();
      if (this.#offers.has("share")) window.addEventListener("hashchange", () => this.#onLink(), { signal });
      this.#puzzles?.listen(signal);
      const size = new ResizeObserver(() => this.#schedule());
      size.observe(this);
      const theme = new MutationObserver(() => this.#schedule());
      theme.observe(document.body, { attributes: true, attributeFilter: ["data-theme"] });
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#schedule(), { signal });
      signal.addEventListener("abort", () => {
        size.disconnect();
        theme.disconnect();
      });
      if (this.hasAttribute("demo") && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
        whenSeen(this, signal, () => this.#demonstrate(), { threshold: 0.5 });
      }
    }

    disconnectedCallback() {
      this.#ending.abort();
      this.#transport?.pause();
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#timer);
      this.#frame = 0;
    }

    #begin() {
      this.#isBuilt = true;
      Object.assign(this.#data, dataOf(this));
      this.#offers = new Set((this.getAttribute("controls") ?? "kernels").split(/\s+/));
      let [given, complaint] = [this.#attributes(), ""];
      if (this.#offers.has("share")) {
        try {
          const linked = decode(location.hash);
          if (linked?.image) delete given.name;
          given = { ...given, ...linked };
        } catch (error) {
          complaint = `The link cannot be used. ${error.message} Here is the first example.`;
        }
      }
      const waiting = PICTURES[given.name];
      const placeholder = waiting && plane(waiting.rows, waiting.columns);
      // What a script has set in the meantime stays.
      if (!this.#model.canUndo) this.#model.begin({ ...given, ...(placeholder && { image: placeholder }) });
      if (placeholder) this.#await(placeholder);
      this.#first = this.#model.state;
      this.#shape = this.#size();
      this.#build();
      this.#say(complaint);
      this.#render();
    }

    /* Keep a picture's place until it comes. */
    #await(placeholder) {
      this.classList.add("ce-waiting");
      whenSeen(this, this.#ending.signal, async () => {
        try {
          const image = await load(this.#model.state.name);
          this.#model.arrive(image, placeholder);
          if (this.#first.image === placeholder) this.#first = { ...this.#first, image };
        } catch (error) {
          this.#say(error.message);
        }
        this.classList.remove("ce-waiting");
        this.#schedule();
      });
    }

    #attributes() {
      const given = {};
      for (const what of ["image", "kernel"]) {
        const text = this.getAttribute(what);
        if (text && Object.hasOwn(PICTURES, text)) Object.assign(given, { name: text, cell: PICTURES[text].cell });
        else if (text !== null) given[what] = this.#data[`${what}s`][text] ?? JSON.parse(text);
      }
      given.settings = { flip: this.hasAttribute("flip") };
      for (const name of Object.keys(RANGES)) {
        if (this.hasAttribute(name)) given.settings[name] = this.getAttribute(name).split(",");
      }
      if (this.hasAttribute("mode")) given.settings.mode = this.getAttribute("mode");
      return given;
    }

    async #onLink() {
      try {
        const patch = decode(location.hash);
        if (!patch) return;
        if (patch.name) {
          const isWanted = this.#model.ticket();
          patch.image = await load(patch.name);
          if (!isWanted()) return;
        } else this.#model.ticket(); // whatever was on its way is not wanted any more
        this.#change({ cell: [0, 0], ...patch });
      } catch (error) {
        this.#say(`The link cannot be used. ${error.message} What you had stays.`);
      }
    }

    /* An image that takes a while: it comes unless something else was chosen since. */
    async #fetch(get, patch) {
      const isWanted = this.#model.ticket();
      try {
        const image = await get();
        if (!isWanted()) return;
        this.#change({ image, ...patch(image) });
      } catch (error) {
        if (isWanted()) this.#say(error.message);
      }
      this.#schedule();
    }

    #chooseImage(name, rows) {
      if (PICTURES[name]) this.#fetch(() => load(name), () => ({ name, cell: PICTURES[name].cell }));
      else if (rows) this.#change({ image: rows, cell: [0, 0] });
      this.#schedule();
    }

    #openFile(file) {
      this.#say("Opening the picture…");
      this.#fetch(() => open(file), ({ rows, columns }) => ({ name: "own", cell: [rows >> 1, columns >> 1] }));
    }

    // ---- building

    #build() {
      const offers = (name) => this.#offers.has(name);
      const say = (text) => this.#say(text);
      const change = (...given) => this.#change(...given);
      const editing = (what) => ({ say, edit: (...at) => this.#edit(what, ...at), fill: (...at) => this.#fill(what, ...at) });
      const looking = { point: ({ row, column }, event) => this.#point(row, column, event), walk: (event) => this.#walk(event) };
      this.#panels.image = new Panel("image", "image", { ...(offers("puzzles") ? {} : editing("image")), ...this.#imageHandles() });
      this.#lanes = ["kernel", "second"].map((what, k) => this.#lane(what, k ? " 2" : "", editing(what), looking));
      if (offers("puzzles")) {
        this.#panels.wanted = new Panel("wanted output", "output", looking);
        this.#puzzles = new Puzzles(this.#data.puzzles, (puzzle) => this.#pose(puzzle), (rows) => { this.kernel = rows; });
      }
      this.#transport = new Transport(this.#way());
      this.#fields = {
        message: make("p", { className: "ce-message", role: "alert" }),
        spoken: make("p", { className: "ce-spoken", role: "status" }),
        praise: make("p", { className: "ce-praise", role: "status" }),
        undo: button("Undo", () => this.#undo("undo"), { title: "Ctrl+Z" }),
        redo: button("Redo", () => this.#undo("redo"), { title: "Ctrl+Y" }),
        pencil: button("Pencil", () => this.#hold(this.#fields.pencil.ariaPressed !== "true"),
          { ariaPressed: "false", title: "Draw on the image; begin on a line to rub it out" }),
      };
      this.#controls = this.#chosenControls(change, say);
      const { message, praise, spoken } = this.#fields;
      const top = this.#controls.filter(({ isFold }) => !isFold).map(({ element }) => element);
      this.replaceChildren(...[
        this.#puzzles?.element, top.length && make("div", { className: "ce-row" }, ...top), message,
        make("div", { className: "ce-work" },
          make("div", { className: "ce-stage" }, this.#panels.image.element,
            ...this.#lanes.flatMap(({ lens, answer }) => [lens, answer]),
            ...(this.#panels.wanted ? [this.#panels.wanted.element] : [])),
          this.#transport.element, make("div", { className: "ce-sums" }, ...this.#lanes.map(({ sum }) => sum))),
        spoken, praise, this.#puzzles?.footer, this.#foot(),
        ...this.#controls.filter(({ isFold }) => isFold).map(({ element }) => element),
      ].filter(Boolean));
      this.addEventListener("keydown", (event) => this.#onKey(event));
      this.addEventListener("pointerdown", () => { if (this.#isDemo) this.#halt(); });
      this.#puzzles?.choose(this.#puzzles.first);
    }

    /* A kernel and its output; for pictures, the window under a magnifier, too. */
    #lane(what, number, editing, looking) {
      const lane = { what, kernel: new Panel(`kernel${number}`, "kernel", editing), output: new Panel(`output${number}`, "output", looking),
        sign: sign("⋆"), sum: make("div", { className: "ce-sum" }) };
      lane.pixels = new Panel("window", "pixels", { hasFractions: false });
      lane.products = new Panel("products", "products", { hasFractions: false });
      for (const { element } of [lane.pixels, lane.products]) element.ariaHidden = "true"; // the sum says the same
      lane.lens = make("div", { className: "ce-lens" }, lane.sign, lane.pixels.element, lane.kernel.element,
        sign("="), lane.products.element);
      lane.answer = make("div", { className: "ce-term" }, sign("="), lane.output.element);
      return lane;
    }

    #chosenControls(change, say) {
      const fold = (control) => ({ ...control, isFold: true });
      const made = {
        images: () => imageControl(this.#data.images, (...chosen) => this.#chooseImage(...chosen), (file) => this.#openFile(file)),
        draw: () => ({ element: make("span", { className: "ce-group" }, button("Draw your own", () => this.#startDrawing()), this.#fields.pencil),
          show: () => { this.#fields.pencil.hidden = this.#panels.image.view !== this.#panels.image.views.picture; } }),
        kernels: () => kernelControl(this.#data.kernels, (name, rows) => (rows ? change({ kernel: rows }) : this.#schedule())),
        steer: () => steerControl(this.#data.steer, change),
        operation: () => operationControl(change),
        compare: () => this.#compareControl(change),
        settings: () => fold(settingsControl(this.#model, change, say)),
        code: () => fold(codeControl(() => this.code)),
      };
      return Object.keys(made).filter((name) => this.#offers.has(name)).map((name) => made[name]());
    }

    #compareControl(change) {
      const element = button("Second kernel", () => {
        const { kernel, second } = this.#model.state;
        change({ second: second ? null : kernel });
      }, { title: "Lay a second kernel on the same image" });
      return { element, show: ({ second }) => { element.ariaPressed = String(Boolean(second)); } };
    }

    #foot() {
      const { undo, redo } = this.#fields;
      const home = this.getAttribute("home");
      const parts = [];
      if (this.#offers.has("share")) {
        const copier = button("Copy a link to this", () => {
          this.#write();
          copy(location.href, copier);
        });
        parts.push(copier);
      } else if (home && !this.#puzzles) {
        this.#fields.home = make("a", { href: home }, "Open this in the explorer");
        parts.push(this.#fields.home);
      }
      const again = button("Start again", () => this.#change(this.#first));
      return make("div", { className: "ce-row" }, ...parts,
        make("span", { className: "ce-end" }, undo, redo, ...(this.#puzzles ? [] : [again])));
    }

    /* Lay a puzzle out, with nothing to undo yet. */
    #pose({ image, shape: [rows, columns], settings }) {
      this.#model.begin({ name: "", image, kernel: plane(rows, columns), cell: [0, 0],
        settings: { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], mode: "zeros", flip: false, ...settings } });
      this.#say("");
      this.#schedule();
    }

    #onKey(event) {
      if (this.#isDemo) this.#halt();
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      const way = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" && "undo";
      if (!way) return;
      event.preventDefault();
      this.#undo(way);
    }

    #say(text) {
      if (this.#fields.message) this.#fields.message.textContent = text;
    }

    // ---- the window's way over the output

    /* Every number of a small output; for a picture, a few rows of it. */
    #way() {
      const output = () => this.#model.result().output;
      const isPicture = () => this.#isPicture;
      const bands = () => Math.min(BANDS, output().rows);
      const band = (row) => Math.min(bands() - 1, Math.floor(row * bands() / output().rows));
      const count = () => output() && (isPicture() ? bands() : output().rows) * output().columns;
      const at = () => {
        if (!output()) return 0;
        const [row, column] = this.#model.state.cell;
        return Math.min(isPicture() ? band(row) : row, output().rows - 1) * output().columns + Math.min(column, output().columns - 1);
      };
      const go = (k, isSweep) => {
        const { columns, rows } = output();
        const line = Math.floor(k / columns);
        let row = line;
        if (isPicture() && band(row = this.#model.state.cell[0]) !== line) row = Math.floor((line + 0.5) * rows / bands());
        this.#sweep = isSweep ? { k, share: (count_) => count_ / bands(), line, column: k % columns } : null;
        this.#model.look([row, Math.floor(k % columns)]);
        this.#schedule();
      };
      return {
        count: () => count() ?? 0, at, go, seconds: () => (isPicture() ? 9 : 0.7 * count()),
        end: () => this.#isDemo && this.#next(),
        spoken: () => { const [row, column] = this.#model.state.cell; return `row ${row}, column ${column}`; },
      };
    }

    #demonstrate() {
      if (this.#model.canUndo) return;
      this.#isDemo = true;
      this.#model.look([0, 0]);
      this.#transport.play();
    }

    /* One kernel after the other. */
    #next() {
      const names = Object.keys(this.#data.kernels);
      const now = JSON.stringify(this.kernel);
      const k = names.findIndex((name) => JSON.stringify(this.#data.kernels[name]) === now);
      this.#model.begin({ kernel: this.#data.kernels[names[(k + 1) % names.length]], cell: [0, 0] });
      this.#transport.play();
    }

    // ---- showing

    #schedule() {
      if (this.#isBuilt && this.isConnected && !this.#frame) this.#frame = requestAnimationFrame(() => this.#render());
    }

    get #isPicture() {
      const { image } = this.#model.state;
      const { padded, output } = this.#model.result();
      return [padded ?? image, output ?? image].some(({ rows, columns }) => Math.max(rows, columns) > MOST_CELLS);
    }

    #render() {
      cancelAnimationFrame(this.#frame);
      this.#frame = 0;
      const { state } = this.#model;
      const isPicture = this.#isPicture;
      this.classList.toggle("ce-large", isPicture);
      this.style.setProperty("--ce-outputs", 1 + (state.second ? 2 : 1));
      const room = this.#room(isPicture);
      const result = this.#model.result();
      const shown = result.padded ?? state.image;
      // Panels share the size at which colour is full: a 1 is a 1 in each of them.
      const planes = [shown, state.kernel, result.output ?? shown, ...(state.second ? [state.second] : [])];
      const limit = isPicture ? limitOf(state.kernel) : Math.max(...planes.map((each) => limitOf(each)));
      const image = this.#panels.image;
      const places = result.output ? this.#terms("kernel") : [];
      image.show(isPicture, shown, isPicture ? 0 : limit, room.image, result.padded ? state.settings.padding : undefined);
      for (const lane of this.#lanes) this.#showLane(lane, isPicture, limit, room);
      image.view.mark(places, isPicture ? null : places.map(({ tap }) => tap));
      if (places.length) {
        const middle = places[places.length >> 1];
        if (isPicture) image.view.place(middle.row, middle.column);
      }
      if (this.#puzzles) this.#showPuzzle(result, limit, room);
      this.#showControls();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#settle(), 400);
    }

    #terms(what) {
      const { settings, cell, [what]: kernel } = this.#model.state;
      const { padded, output } = this.#model.result(what);
      if (!output) return [];
      const [row, column] = [Math.min(cell[0], output.rows - 1), Math.min(cell[1], output.columns - 1)];
      return products(padded, kernel, settings, row, column);
    }

    #showLane(lane, isPicture, limit, room) {
      const { what, kernel: taps, output: answer, sum } = lane;
      const { settings, cell, [what]: kernel } = this.#model.state;
      for (const element of [lane.lens, lane.answer, sum]) element.hidden = !kernel;
      if (!kernel) return;
      const { output, problem } = this.#model.result(what);
      lane.sign.textContent = isPicture ? "" : settings.flip ? "∗" : "⋆";
      taps.note.textContent = settings.flip ? "laid on turned by half a turn" : "";
      taps.show(false, kernel, limit, [room.kernel]);
      for (const panel of [lane.pixels, lane.products]) panel.element.hidden = !isPicture || !output;
      lane.products.element.previousSibling.hidden = !isPicture || !output;
      if (problem) {
        answer.say(problem);
        sum.replaceChildren();
        if (what === "kernel") this.#spoken = problem;
        return;
      }
      const isGrey = isPicture && kernel.data.reduce((total, tap) => total + tap, 0) > 0.5;
      answer.show(isPicture, output, isPicture ? (isGrey ? 0 : limitOf(output, true)) : limit, room.output);
      const [row, column] = [Math.min(cell[0], output.rows - 1), Math.min(cell[1], output.columns - 1)];
      const terms = this.#terms(what);
      answer.view.mark([{ row, column }]);
      answer.view.place(row, column);
      this.#veil(answer.view, output);
      if (isPicture) this.#magnify(lane, terms, kernel, room);
      this.#showSum(lane, terms, output.data[row * output.columns + column], [row, column]);
    }

    /* While the window sweeps, what it has not come to stays hidden. */
    #veil(view, { rows, columns }) {
      const sweep = this.#sweep;
      if (view instanceof Grid) view.veil((k) => sweep && k > sweep.k);
      else {
        const bands = Math.min(BANDS, rows);
        view.sweep(sweep && { top: sweep.line / bands, bottom: (sweep.line + 1) / bands, right: sweep.column / columns });
      }
    }

    #magnify({ pixels, products: results }, terms, { rows, columns }, room) {
      const grid = (pick) => plane(rows, columns, Float64Array.from(terms, pick));
      const seen = grid(({ pixel }) => pixel);
      const multiplied = grid(({ pixel, tap }) => pixel * tap);
      pixels.show(false, seen, 1, [room.kernel]);
      pixels.element.querySelectorAll(".ce-cell").forEach((cell, k) =>
        cell.style.setProperty("--ce-grey", `${(100 * clamp(seen.data[k], 0, 1)).toFixed(0)}%`));
      results.show(false, multiplied, limitOf(multiplied), [room.kernel]);
    }

    /* The sum that one number of the output is, written out, and as it is read out. */
    #showSum({ what, sum }, terms, value, [row, column]) {
      const { columns } = this.#model.state[what];
      const { text, isExact } = write(value);
      const isSure = isExact && terms.every(({ pixel, tap }) => write(pixel).isExact && write(tap).isExact);
      const lines = [];
      if (this.#isPicture) lines.push(make("div", {}, "the sum of the products")); // which stand above it
      else if (terms.length <= MOST_TERMS) {
        for (let k = 0; k < terms.length; k += columns) {
          lines.push(make("div", {}, ...terms.slice(k, k + columns).map(({ pixel, tap }, c) =>
            make("span", { className: tap ? "" : "ce-idle" }, k + c ? "+ " : "", factor(pixel, ""), " · ", factor(tap, "ce-tap")))));
        }
      } else lines.push(make("div", {}, `the sum of ${terms.length} products`));
      const equals = isSure ? "=" : "≈";
      const name = `${what === "second" ? "Y₂" : "Y"}[${row}, ${column}]`;
      sum.replaceChildren(make("span", {}, make("b", {}, name), " ="), make("div", { className: "ce-products" }, ...lines),
        make("span", {}, `${equals} `, make("b", { className: "ce-result" }, text)));
      if (what === "second") return;
      const read = terms.map(({ pixel, tap }) => `${format(pixel)} times ${format(tap)}`).join(" plus ");
      const all = terms.length > MOST_SPOKEN ? `the sum of ${terms.length} products` : read;
      this.#spoken = `Output row ${row} column ${column}: ${all} is ${isSure ? "" : "about "}${text}.`;
    }

    #showPuzzle({ output, kernel }, limit, room) {
      const { wanted } = this.#panels;
      const target = fromRows("image", this.#puzzles.current.output);
      wanted.show(false, target, limit, room.output);
      const isRight = output && output.data.length === target.data.length ? this.#puzzles.judge(output, kernel) : () => false;
      wanted.view.tick(isRight);
      const [row, column] = this.#model.state.cell;
      wanted.view.mark(row < target.rows && column < target.columns ? [{ row, column }] : []);
      wanted.view.place(Math.min(row, target.rows - 1), Math.min(column, target.columns - 1));
    }

    #showControls() {
      const { undo, redo, praise } = this.#fields;
      undo.disabled = !this.#model.canUndo;
      redo.disabled = !this.#model.canRedo;
      this.#controls.forEach((control) => control.show(this.#model.state));
      this.#transport.show();
      const goal = this.getAttribute("goal");
      if (goal && praise) {
        const isReached = JSON.stringify(JSON.parse(goal)) === JSON.stringify(this.output);
        const text = isReached ? `✓ ${this.getAttribute("praise") ?? "That is it."}` : "";
        if (praise.textContent !== text) praise.textContent = text;
      }
    }

    #size() {
      const { output } = this.#model.result();
      return output ? `Output of ${counted(output.rows, "row")} and ${counted(output.columns, "column")}. ` : "";
    }

    /* What may wait until the reader does: the sentences that are read out, and the link. */
    #settle() {
      const shape = this.#size();
      const text = `${shape === this.#shape ? "" : shape}${this.#spoken}`;
      this.#shape = shape;
      const { spoken, home } = this.#fields;
      if (spoken.textContent !== text) spoken.textContent = text;
      if (this.#offers.has("share") && (this.#model.canUndo || this.#model.canRedo)) this.#write();
      if (home) home.href = this.getAttribute("home") + encode(this.#model.state);
    }

    #write() {
      history.replaceState(history.state, "", encode(this.#model.state));
    }

    /* How large cells and pictures are: as the width allows, all side by side or in two lines. */
    #room(isPicture) {
      const { image, kernel, second } = this.#model.state;
      const { padded, output } = this.#model.result();
      const style = getComputedStyle(this);
      const width = this.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      const cells = (room, count) => Math.floor(room / count) - GAP;
      const taps = Math.max(kernel.columns, second?.columns ?? 0);
      let cell;
      if (isPicture) {
        cell = clamp(cells(width - 3 * HEAD - 40, 3 * taps), 24, CELL);
        const outputs = second ? 2 : 1;
        const tall = Math.min(TALL, 0.6 * window.innerHeight);
        const picture = [Math.max(80, (width - 16 * outputs) / (1 + outputs)), Number(this.getAttribute("tall")) || tall];
        this.style.setProperty("--ce-cell", `${cell}px`);
        return { image: picture, kernel: cell, output: picture };
      }
      const [left, right] = [(padded ?? image).columns, (output ?? image).columns];
      const wanted = this.#puzzles ? right : 0;
      const beside = cells(width - 4 * HEAD - 110, left + taps + right + wanted);
      const below = Math.min(cells(width - HEAD, left), cells(width - 2 * HEAD - 76, taps + right));
      cell = beside >= 32 ? beside : below >= 26 ? below : cells(width - HEAD, Math.max(left, right));
      cell = clamp(cell, 24, CELL);
      this.classList.toggle("ce-wide", HEAD + Math.max(left, right) * (cell + GAP) > width);
      this.style.setProperty("--ce-cell", `${cell}px`);
      return { image: [cell], kernel: cell, output: [cell] };
    }
  }

  customElements.define("corr-explorer", CorrExplorer);
})();
