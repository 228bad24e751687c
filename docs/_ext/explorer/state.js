/* What the reader can change: how it is checked, written into a link, undone.

   A state is {name, image, kernel, settings, cell} and is never altered, only replaced. `name` is
   "photograph" or "own" where the numbers are too many for a link, and "" otherwise. Whatever comes
   from outside (a cell, a link, a script) passes through here and is numbers from then on. */
(() => {
  "use strict";

  const { MODES, plane } = window.corrExplorer;

  const LIMITS = { number: 1e6, side: 1024, kernel: 15, shared: 24, link: 24000 };
  const RANGES = { stride: [1, 16], padding: [0, 32], dilation: [1, 16] };
  const SIZES = [1, 12]; // rows and columns that can be asked for
  const SETTINGS = { stride: [1, 1], padding: [0, 0, 0, 0], mode: "zeros", dilation: [1, 1], flip: false };

  const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

  /* A decimal number or a fraction, such as -0.5 or 1/9. */
  function parse(text) {
    const parts = String(text).slice(0, 60).replace(/\s/g, "").replace(/−/g, "-").split("/");
    const value = parts.length === 2 ? parts[0] / parts[1] : Number(parts[0]);
    if (parts.length > 2 || !parts.every((part) => NUMBER.test(part)) || !Number.isFinite(value)) {
      throw new RangeError(`“${String(text).slice(0, 20)}” is not a number.`);
    }
    if (Math.abs(value) > LIMITS.number) {
      throw new RangeError(`${value} is too large: numbers here go from −1000000 to 1000000.`);
    }
    return value + 0; // and −0 becomes 0
  }

  /* Four digits. A tap that they do not tell in full, such as 1/9, is a fraction if it is one. */
  function format(value, isTap = false, digits = 4) {
    const rounded = Number(value.toPrecision(digits));
    const text = String(rounded).replace("-", "−");
    if (!isTap || Math.abs(value) >= 1 || value === rounded) return text;
    for (let q = 3; q < 50; q++) {
      const p = Math.round(value * q);
      if (p && Math.abs(value - p / q) < 1e-14) return `${p}/${q}`.replace("-", "−");
    }
    return text;
  }

  function whole(name, text, [least, most] = RANGES[name]) {
    const value = /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) {
      throw new RangeError(`${name} must be a whole number from ${least} to ${most}, `
        + `not “${String(text).slice(0, 20)}”.`);
    }
    return value;
  }

  function wholes(name, values) {
    if (values.length !== SETTINGS[name].length) {
      throw new RangeError(`${name} must be ${SETTINGS[name].length} numbers, not ${values.length}.`);
    }
    return Array.from(values, (value) => whole(name, value));
  }

  function checkSettings(given) {
    const settings = { ...SETTINGS, ...given };
    if (!MODES.includes(settings.mode)) {
      throw new RangeError(`mode must be one of ${MODES.join(", ")}, `
        + `not “${String(settings.mode).slice(0, 20)}”.`);
    }
    for (const name of Object.keys(RANGES)) settings[name] = wholes(name, settings[name]);
    return { ...settings, flip: Boolean(settings.flip) };
  }

  function size(what, rows, columns, most) {
    if (!(rows >= 1 && columns >= 1 && rows <= most && columns <= most)) {
      throw new RangeError(`${what} must have from 1 to ${most} rows and columns, `
        + `not ${rows} × ${columns}.`);
    }
    return plane(rows, columns);
  }

  function fromRows(what, rows, most) {
    const width = rows?.[0]?.length;
    const made = size(what, rows?.length, width, most);
    for (const [r, row] of Array.from(rows).entries()) {
      if (row?.length !== width) {
        throw new RangeError(`${what} must have rows of one length: row 0 has ${width} numbers, `
          + `row ${r} has ${row?.length}.`);
      }
      for (let c = 0; c < width; c++) made.data[r * width + c] = parse(row[c]);
    }
    return made;
  }

  function toRows({ rows, columns, data }) {
    return Array.from({ length: rows }, (_, r) =>
      Array.from(data.subarray(r * columns, (r + 1) * columns)));
  }

  function write({ rows, columns, data }) {
    return `${rows}x${columns}:${Array.from(data).join()}`;
  }

  function read(what, text, most) {
    const [, rows, columns, numbers] = /^(\d{1,2})x(\d{1,2}):(.*)$/.exec(text) ?? [];
    const made = size(what, Number(rows), Number(columns), most);
    const values = numbers.split(",");
    if (values.length !== made.data.length) {
      throw new RangeError(`${what} must be ${made.data.length} numbers, not ${values.length}.`);
    }
    made.data.set(values.map(parse));
    return made;
  }

  /* A picture of the reader's own is not in the link: it does not leave the browser. */
  function encode({ name, image, kernel, settings, cell }) {
    const small = Math.max(image.rows, image.columns) <= LIMITS.shared;
    const parts = [`kernel=${write(kernel)}`, `cell=${cell}`];
    if (name === "photograph" || small) parts.unshift(`image=${name === "photograph" ? name : write(image)}`);
    for (const key of ["stride", "padding", "dilation", "mode"]) {
      if (String(settings[key]) !== String(SETTINGS[key])) parts.push(`${key}=${settings[key]}`);
    }
    if (settings.flip) parts.push("flip=1");
    return `#corr:${parts.join("&")}`;
  }

  /* The parts of a state that a link holds; null if the fragment is none of ours. */
  function decode(hash) {
    if (!hash.startsWith("#corr:")) return null;
    if (hash.length > LIMITS.link) {
      throw new RangeError(`It has ${hash.length} characters; the most is ${LIMITS.link}.`);
    }
    const given = new URLSearchParams(hash.slice(6));
    const state = { settings: checkSettings({
      ...Object.fromEntries(Object.keys(RANGES).filter((key) => given.has(key))
        .map((key) => [key, given.get(key).split(",")])),
      mode: given.get("mode") ?? SETTINGS.mode,
      flip: given.get("flip") === "1",
    }) };
    if (given.get("image") === "photograph") state.name = "photograph";
    else if (given.has("image")) state.image = read("image", given.get("image"), LIMITS.shared);
    if (given.has("kernel")) state.kernel = read("kernel", given.get("kernel"), LIMITS.kernel);
    if (given.has("cell")) {
      state.cell = given.get("cell").split(",").slice(0, 2).map((n) => Math.trunc(parse(n)));
    }
    return state;
  }

  /* Undo and redo. Changes in a row under the same key, such as typing in one cell, count as one. */
  class History {
    #past = [];
    #future = [];
    #key = null;

    constructor(state) {
      this.state = state;
    }

    get canUndo() { return this.#past.length > 0; }
    get canRedo() { return this.#future.length > 0; }

    change(state, key = null) {
      if (key === null || key !== this.#key) this.#past = [...this.#past.slice(-99), this.state];
      this.#future = [];
      this.#key = key;
      this.state = state;
    }

    /* Looking elsewhere is no change. */
    look(cell) {
      this.state = { ...this.state, cell };
    }

    undo() { this.#step(this.#past, this.#future); }
    redo() { this.#step(this.#future, this.#past); }

    #step(from, to) {
      if (!from.length) return;
      to.push(this.state);
      this.state = from.pop();
      this.#key = null;
    }
  }

  Object.assign(window.corrExplorer, {
    LIMITS, RANGES, SETTINGS, SIZES, parse, format, whole, checkSettings, fromRows, toRows, encode, decode, History,
  });
})();
