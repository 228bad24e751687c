/* What the reader can change: checked, undone, written into a link.

   A state is {name, image, kernel, second, settings, cell} and is never altered, only replaced. `name`
   is one of PICTURES, or "own" (a picture of the reader's, which never goes into a link), or "";
   `second` is a kernel to compare with, or null. Whatever comes from outside (a link, a property, a
   picture, a result that comes late) passes through `normalise` and is sound from then on. */
(() => {
  "use strict";

  const { MODES, correlate, pad, parse, plane, quoted, refusal, whole } = window.corrExplorer;

  const LIMITS = { image: 1024, kernel: 15, second: 15, shared: 24, link: 24000 };
  const RANGES = { stride: [1, 16], padding: [0, 32], dilation: [1, 16] };
  const SIZES = [1, 12]; // rows and columns that can be asked for
  const SETTINGS = { stride: [1, 1], padding: [0, 0, 0, 0], mode: "zeros", dilation: [1, 1], flip: false };

  // What a link and the code call by name: their size, where to begin, and how the package has them.
  const PICTURES = {
    photograph: { rows: 600, columns: 512, cell: [150, 240], code: "images.photograph(dtype=torch.float64)" },
    portrait: { rows: 240, columns: 240, cell: [108, 84],
      code: "images.photograph(dtype=torch.float64)[100:340, 146:386]" },
  };

  const isPlane = (given) => given?.data instanceof Float64Array;

  function size(what, rows, columns) {
    const most = LIMITS[what];
    if (!(rows >= 1 && columns >= 1 && rows <= most && columns <= most)) {
      throw new RangeError(`${what} must have from 1 to ${most} rows and columns, not ${rows} × ${columns}.`);
    }
    return plane(rows, columns);
  }

  function fromRows(what, rows) {
    const width = rows?.[0]?.length;
    if (typeof rows === "string" || typeof rows?.[0] === "string" || !(rows?.length >= 0)
      || (rows.length && !(width >= 0))) {
      throw new RangeError(`${what} must be rows of numbers.`);
    }
    const made = size(what, rows.length, width ?? 0);
    Array.from(rows).forEach((row, r) => {
      if (row?.length !== width) {
        throw new RangeError(`${what} must have rows of one length: row 0 has ${width} numbers, `
          + `row ${r} has ${row?.length ?? 0}.`);
      }
      for (let c = 0; c < width; c++) made.data[r * width + c] = parse(row[c]);
    });
    return made;
  }

  function toRows({ rows, columns, data }) {
    return Array.from({ length: rows }, (_, r) =>
      Array.from(data.subarray(r * columns, (r + 1) * columns)));
  }

  function checkSettings(given) {
    const settings = { ...SETTINGS, ...given };
    if (!MODES.includes(settings.mode)) {
      throw new RangeError(`mode must be one of ${MODES.join(", ")}, not ${quoted(settings.mode)}.`);
    }
    for (const [name, range] of Object.entries(RANGES)) {
      const values = Array.from(settings[name] ?? []);
      const count = SETTINGS[name].length;
      if (values.length !== count) {
        throw new RangeError(`${name} must be ${count} numbers, not ${values.length || 1}.`);
      }
      settings[name] = values.map((value) => whole(name, value, range));
    }
    return { ...settings, flip: Boolean(settings.flip) };
  }

  function checkCell(given) {
    const cell = Array.from(given ?? [], (place) => Math.max(0, Math.trunc(parse(place))));
    if (cell.length !== 2) throw new RangeError(`cell must be 2 numbers, not ${cell.length}.`);
    return cell;
  }

  /* A state with a patch laid on it, all of it checked; or an error that says what is wrong. */
  function normalise(state, patch) {
    const made = { ...state };
    for (const what of ["image", "kernel", "second"]) {
      if (!(what in patch)) continue;
      const given = patch[what];
      if (what === "second" && given === null) made.second = null;
      else if (!isPlane(given)) made[what] = fromRows(what, given);
      else {
        size(what, given.rows, given.columns);
        made[what] = given;
      }
    }
    if ("settings" in patch) made.settings = checkSettings({ ...state.settings, ...patch.settings });
    if ("cell" in patch) made.cell = checkCell(patch.cell);
    // Numbers that come without a name are nobody's picture, unless they are too many to share.
    const isLarge = Math.max(made.image.rows, made.image.columns) > LIMITS.shared;
    if (patch.image) made.name = patch.name ?? (isLarge ? "own" : "");
    return made;
  }

  const START = {
    name: "", image: fromRows("image", [[0, 1, 2], [3, 4, 5], [6, 7, 8]]),
    kernel: fromRows("kernel", [[0, 1], [2, 3]]), second: null, settings: checkSettings({}), cell: [0, 0],
  };

  // ---- links

  const packed = ({ rows, columns, data }) => `${rows}x${columns}:${Array.from(data).join()}`;

  function unpacked(what, text) {
    const [, rows, columns, numbers] = /^(\d{1,2})x(\d{1,2}):(.*)$/.exec(text) ?? [];
    if (!rows) throw new RangeError(`${what} cannot be read: ${quoted(text)}.`);
    size(what, Number(rows), Number(columns));
    const values = numbers.split(",");
    if (values.length !== rows * columns) {
      throw new RangeError(`${what} must be ${rows * columns} numbers, not ${values.length}.`);
    }
    return Array.from({ length: rows }, (_, r) => values.slice(r * columns, (r + 1) * columns));
  }

  /* A picture of the reader's own is not in the link: it does not leave the browser. */
  function encode({ name, image, kernel, second, settings, cell }) {
    const parts = [`kernel=${packed(kernel)}`, `cell=${cell}`];
    if (name !== "own") parts.unshift(`image=${name || packed(image)}`);
    if (second) parts.push(`second=${packed(second)}`);
    for (const key of ["stride", "padding", "dilation", "mode"]) {
      if (String(settings[key]) !== String(SETTINGS[key])) parts.push(`${key}=${settings[key]}`);
    }
    if (settings.flip) parts.push("flip=1");
    return `#corr:${parts.join("&")}`;
  }

  /* The patch that a link holds; null if the fragment is not one of ours. */
  function decode(hash) {
    if (!hash.startsWith("#corr:")) return null;
    if (hash.length > LIMITS.link) {
      throw new RangeError(`It has ${hash.length} characters; the most is ${LIMITS.link}.`);
    }
    const given = new URLSearchParams(hash.slice(6));
    const settings = { ...SETTINGS, flip: given.get("flip") === "1" };
    for (const key of Object.keys(RANGES)) if (given.has(key)) settings[key] = given.get(key).split(",");
    if (given.has("mode")) settings.mode = given.get("mode");
    const patch = { settings, second: null };
    if (Object.hasOwn(PICTURES, given.get("image"))) patch.name = given.get("image");
    else if (given.has("image")) patch.image = unpacked("image", given.get("image"));
    for (const what of ["kernel", "second"]) if (given.has(what)) patch[what] = unpacked(what, given.get(what));
    if (given.has("cell")) patch.cell = given.get("cell").split(",");
    normalise(START, patch); // a picture comes later, but a fault in its link is told now
    return patch;
  }

  // ---- what is shown, what it was, and what follows from it

  class Model {
    #past = [];
    #future = [];
    #key = null;
    #ticket = 0;
    #results = {};

    constructor(state = START) {
      this.state = state;
    }

    get canUndo() { return this.#past.length > 0; }
    get canRedo() { return this.#future.length > 0; }

    /* Changes in a row under the same key, such as typing in one cell, are undone as one. */
    change(patch, key = null) {
      const state = normalise(this.state, patch);
      if (key === null || key !== this.#key) this.#past = [...this.#past.slice(-99), this.state];
      this.#future = [];
      this.#key = key;
      this.state = state;
    }

    /* Begin anew, with nothing to undo. */
    begin(patch) {
      this.state = normalise(this.state, patch);
      [this.#past, this.#future, this.#key] = [[], [], null];
    }

    /* Looking elsewhere is not a change. */
    look(cell) {
      this.state = { ...this.state, cell };
    }

    /* What comes late asks this whether it is still wanted: nothing else was asked for or laid in the
       image's place since. */
    ticket() {
      const mine = ++this.#ticket;
      const { image } = this.state;
      return () => mine === this.#ticket && image === this.state.image;
    }

    /* Put an image where another one kept its place, in the past, too. */
    arrive(image, placeholder) {
      const put = (state) => (state.image === placeholder ? { ...state, image } : state);
      this.state = put(this.state);
      this.#past = this.#past.map(put);
      this.#future = this.#future.map(put);
    }

    undo() { return this.#step(this.#past, this.#future); }
    redo() { return this.#step(this.#future, this.#past); }

    #step(from, to) {
      if (!from.length) return false;
      to.push(this.state);
      this.state = from.pop();
      this.#key = null;
      return true;
    }

    /* The padded image and the output, or the reason why there is none; computed anew only if what
       they depend on was replaced. */
    result(which = "kernel") {
      const { image, settings, [which]: kernel } = this.state;
      const last = this.#results[which];
      if (last?.image === image && last.kernel === kernel && last.settings === settings) return last;
      const problem = refusal(image, kernel, settings);
      const isPadded = last?.image === image && last.settings === settings && last.padded;
      const result = { image, kernel, settings, problem, padded: null, output: null };
      if (!problem) {
        result.padded = isPadded || pad(image, settings);
        result.output = correlate(result.padded, kernel, settings);
      }
      this.#results[which] = result;
      return result;
    }
  }

  Object.assign(window.corrExplorer, {
    LIMITS, PICTURES, RANGES, SETTINGS, SIZES, fromRows, toRows, normalise, encode, decode, Model,
  });
})();
