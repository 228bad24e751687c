/* How a plane is shown: small ones as a grid of numbers, large ones as a picture. Both have
   show(plane, ...), mark(window) and place(row, column), and report where the reader points. */
(() => {
  "use strict";

  const { format, plane } = window.corrExplorer;

  /* An element with properties and children. Text only ever becomes text. */
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  const STEPS = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    Home: [0, -Infinity], End: [0, Infinity], PageUp: [-Infinity, 0], PageDown: [Infinity, 0],
  };

  const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

  /* Where a key leads to from a place, or null if it is none of ours. */
  function step(event, [row, column], { rows, columns }, far) {
    const way = STEPS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return null;
    const size = event.shiftKey ? far : 1;
    return [clamp(row + way[0] * size || 0, 0, rows - 1), clamp(column + way[1] * size || 0, 0, columns - 1)];
  }

  class Grid {
    #cells = [];
    #shape = "";
    #at = [0, 0];
    #frame = make("div", { className: "ce-frame" });

    /* onEdit(row, column, text): the reader typed; onPoint(row, column): the reader points. */
    constructor(label, { onEdit, onPoint } = {}) {
      Object.assign(this, { label, onEdit, onPoint, isTaps: label === "kernel" });
      this.element = make("div", { className: "ce-grid", role: "grid" });
      this.element.addEventListener("keydown", (event) => this.#onKey(event));
    }

    /* `padding` cells around the middle are shown, but cannot be edited. */
    show({ rows, columns, data }, limit, [top, bottom, left, right] = [0, 0, 0, 0]) {
      const shape = [rows, columns, top, bottom, left, right].join();
      const [height, width] = [rows - top - bottom, columns - left - right];
      if (shape !== this.#shape) {
        this.#shape = shape;
        Object.assign(this, { rows, columns, top, left });
        this.#build((r, c) => r >= top && r < top + height && c >= left && c < left + width);
        this.element.setAttribute("aria-label", `${this.label}, ${height} rows, ${width} columns`);
      }
      this.#cells.forEach((cell, k) => {
        const value = data[k];
        const text = this.#short(value);
        const { input } = cell;
        if (!input) {
          if (cell.textContent !== text) cell.textContent = text;
        } else if (document.activeElement !== input || input.ariaInvalid !== "true") {
          // What the reader is typing stays as it is, as long as it means the same.
          if (document.activeElement !== input || cell.value !== value) input.value = text;
          input.ariaInvalid = null;
        }
        cell.value = value;
        cell.classList.toggle("ce-long", text.length > 3);
        cell.classList.toggle("ce-negative", value < 0);
        cell.style.setProperty("--ce-heat", `${(45 * Math.min(Math.abs(value) / limit, 1)).toFixed(1)}%`);
      });
    }

    /* A cell has room for three digits, and for the fourth before the point. */
    #short(value) {
      return format(value, this.isTaps, Math.abs(value) < 100 ? 3 : 4);
    }

    #build(isEditable) {
      this.element.style.setProperty("--ce-columns", this.columns);
      this.#at = [Math.min(this.#at[0], this.rows - 1), Math.min(this.#at[1], this.columns - 1)];
      this.#cells = [];
      const lines = Array.from({ length: this.rows }, (_, r) => make("div", { role: "row" },
        ...Array.from({ length: this.columns }, (_, c) => {
          const cell = make("div", { className: "ce-cell", role: "gridcell" });
          cell.style.gridArea = `${r + 1} / ${c + 1}`;
          this.#listen(cell, r, c, isEditable(r, c));
          this.#cells.push(cell);
          return cell;
        })));
      this.element.replaceChildren(...lines, this.#frame);
      this.#rove(...this.#at);
    }

    #listen(cell, r, c, editable) {
      if (!editable) cell.classList.add("ce-beyond");
      if (this.onEdit && editable) {
        const [row, column] = [r - this.top, c - this.left];
        const input = make("input", {
          type: "text", autocomplete: "off", spellcheck: false, tabIndex: -1,
          ariaLabel: `${this.label} row ${row} column ${column}`,
        });
        input.addEventListener("input", () => {
          input.ariaInvalid = this.onEdit(row, column, input.value) ? null : "true";
        });
        input.addEventListener("focus", () => {
          this.#rove(r, c);
          input.value = format(cell.value, this.isTaps, 15);
          input.select();
        });
        input.addEventListener("blur", () => {
          input.value = this.#short(cell.value);
          input.ariaInvalid = null;
        });
        cell.input = input;
        cell.append(input);
      } else {
        cell.tabIndex = -1;
        cell.addEventListener("focus", () => this.#rove(r, c));
      }
      if (this.onPoint) {
        cell.addEventListener("pointerover", () => this.onPoint(r, c));
        cell.addEventListener("focus", () => this.onPoint(r, c));
      }
    }

    /* One cell of a grid is in the tab order; arrows lead to the others. */
    #rove(row, column) {
      const target = (r, c) => {
        const cell = this.#cells[r * this.columns + c];
        return cell.input ?? cell;
      };
      target(...this.#at).tabIndex = -1;
      this.#at = [row, column];
      target(row, column).tabIndex = 0;
      return target(row, column);
    }

    #onKey(event) {
      const { target } = event;
      if (target.matches("input")) {
        const { selectionStart: start, selectionEnd: end, value } = target;
        if (event.key === "Enter") target.select();
        // Within a number the arrows move the caret; from its ends they leave the cell.
        const inside = { ArrowLeft: start > 0, ArrowRight: end < value.length,
          Home: start > 0, End: end < value.length }[event.key];
        if (event.shiftKey || (inside && !(start === 0 && end === value.length))) return;
      }
      const to = step(event, this.#at, this, 1);
      if (!to) return;
      event.preventDefault();
      this.#rove(...to).focus();
    }

    /* Make the selected cell the one that Tab leads to. */
    place(row, column) {
      if (!this.element.contains(document.activeElement)) this.#rove(row, column);
    }

    /* Frame the cells of a window, and write each one's tap into its corner. */
    mark(places, taps) {
      for (const cell of this.#cells) {
        cell.classList.remove("ce-in");
        delete cell.dataset.tap;
      }
      this.#frame.hidden = !places.length;
      if (!places.length) return;
      places.forEach(({ row, column }, k) => {
        const cell = this.#cells[row * this.columns + column];
        cell.classList.add("ce-in");
        if (taps) cell.dataset.tap = `×${format(taps[k], true)}`;
      });
      const [first, last] = [places[0], places[places.length - 1]];
      const frame = (last.row - first.row + 1) * (last.column - first.column + 1);
      this.element.classList.toggle("ce-spread", Boolean(taps) && frame > places.length);
      this.#frame.style.gridArea =
        `${first.row + 1} / ${first.column + 1} / ${last.row + 2} / ${last.column + 2}`;
    }

    /* Tick the cells that are as they should be. */
    tick(isRight) {
      this.#cells.forEach((cell, k) => cell.classList.toggle("ce-right", isRight(k)));
    }
  }

  /* Colours from 0 to 255, as one number per pixel: grey, and blue through pale to orange. */
  const GREY = Uint32Array.from({ length: 256 }, (_, k) => 0xff000000 | (k * 0x10101));
  const [BLUE, PALE, ORANGE] = [[47, 109, 179], [244, 241, 234], [217, 115, 26]];
  const SIGNED = Uint32Array.from({ length: 256 }, (_, k) => {
    const share = Math.abs(k - 127.5) / 127.5;
    const [red, green, blue] = (k < 128 ? BLUE : ORANGE).map((end, i) =>
      Math.round(PALE[i] + (end - PALE[i]) * share));
    return 0xff000000 | (blue << 16) | (green << 8) | red;
  });

  class Picture {
    #at = [0, 0];
    #canvas = make("canvas");
    #frame = make("div", { className: "ce-frame" });

    constructor(label, { onPoint } = {}) {
      this.label = label;
      this.element = make("div", { className: "ce-picture" }, this.#canvas, this.#frame);
      if (!onPoint) return;
      // A thousand cells would be no help to a screen reader: one place at a time is read out.
      Object.assign(this.element, { tabIndex: 0 });
      this.element.setAttribute("role", "application");
      const point = (event) => {
        const box = this.#canvas.getBoundingClientRect();
        const share = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
        onPoint(clamp(Math.floor(share[0] * this.rows), 0, this.rows - 1),
          clamp(Math.floor(share[1] * this.columns), 0, this.columns - 1));
      };
      this.element.addEventListener("pointermove", point);
      this.element.addEventListener("pointerdown", point);
      this.element.addEventListener("keydown", (event) => {
        const to = step(event, this.#at, this, 10);
        if (!to) return;
        event.preventDefault();
        this.#at = to;
        onPoint(...to);
      });
    }

    /* Without a limit it is a picture from black (0) to white (1); with one, a map of signs. */
    show(shown, limit) {
      if (shown === this.shown && limit === this.limit) return;
      const { rows, columns, data } = shown;
      Object.assign(this, { shown, limit });
      if (rows !== this.rows || columns !== this.columns) {
        Object.assign(this.#canvas, { width: columns, height: rows });
        this.#canvas.style.imageRendering = columns < 200 ? "pixelated" : "auto";
        Object.assign(this, { rows, columns });
        this.pixels = new ImageData(columns, rows);
        this.words = new Uint32Array(this.pixels.data.buffer);
      }
      const [colours, scale, zero] = limit ? [SIGNED, 127.5 / limit, 127.5] : [GREY, 255, 0];
      for (let k = 0; k < data.length; k++) {
        const level = data[k] * scale + zero;
        this.words[k] = colours[level <= 0 ? 0 : level >= 255 ? 255 : (level + 0.5) | 0];
      }
      this.#canvas.getContext("2d").putImageData(this.pixels, 0, 0);
      const what = limit ? "blue below zero, orange above" : "shades of grey";
      const keys = this.element.hasAttribute("role") ? "; arrow keys move, with Shift by ten" : "";
      this.#say(`${this.label}, ${rows} rows, ${columns} columns, ${what}${keys}`);
    }

    #say(text) {
      const target = this.element.hasAttribute("role") ? this.element : this.#canvas;
      if (target === this.#canvas) target.setAttribute("role", "img");
      target.setAttribute("aria-label", text);
    }

    place(row, column) {
      this.#at = [row, column];
    }

    mark(places) {
      this.#frame.hidden = !places.length;
      if (!places.length) return;
      const [first, last] = [places[0], places[places.length - 1]];
      const percent = (share) => `${100 * share}%`;
      Object.assign(this.#frame.style, {
        left: percent((first.column + last.column + 1) / 2 / this.columns),
        top: percent((first.row + last.row + 1) / 2 / this.rows),
        width: percent((last.column + 1 - first.column) / this.columns),
        height: percent((last.row + 1 - first.row) / this.rows),
      });
    }
  }

  /* The size at which colour is full: the largest number of a grid; for a picture the one that a
     pixel in a hundred exceeds, judged by a sample. */
  function limitOf({ data }, isPicture) {
    const every = isPicture ? Math.ceil(data.length / 4000) : 1;
    const sizes = [];
    for (let k = 0; k < data.length; k += every) sizes.push(Math.abs(data[k]));
    sizes.sort((a, b) => a - b);
    return sizes[Math.floor((isPicture ? 0.99 : 1) * (sizes.length - 1))] || sizes.at(-1) || 1;
  }

  /* A picture of the reader's own, made grey and small in the browser. */
  const MOST_PIXELS = 4e7;
  const LONGEST = 640;

  async function open(file) {
    const address = URL.createObjectURL(file);
    try {
      return await readPicture(address, `“${file.name.slice(0, 40)}” cannot be read as a picture.`);
    } finally {
      URL.revokeObjectURL(address);
    }
  }

  async function readPicture(address, complaint) {
    const picture = new Image();
    await new Promise((resolve, reject) => {
      picture.onload = resolve;
      picture.onerror = () => reject(new RangeError(complaint));
      picture.src = address;
    });
    const [width, height] = [picture.naturalWidth, picture.naturalHeight];
    if (!(width && height)) throw new RangeError(complaint);
    if (width * height > MOST_PIXELS) {
      throw new RangeError(`The picture has ${width} × ${height} = ${Math.round(width * height / 1e6)} `
        + `million pixels; the most is ${MOST_PIXELS / 1e6} million. Make it smaller first.`);
    }
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    const [columns, rows] = [width, height].map((n) => Math.max(1, Math.round(n * scale)));
    const context = make("canvas", { width: columns, height: rows }).getContext("2d");
    context.fillStyle = "white"; // behind what is transparent
    context.fillRect(0, 0, columns, rows);
    context.drawImage(picture, 0, 0, columns, rows);
    const bytes = context.getImageData(0, 0, columns, rows).data;
    const image = plane(rows, columns);
    for (let k = 0; k < image.data.length; k++) {
      // Brightness weighs red, green and blue as ITU-R BT.601 does.
      image.data[k] = (0.299 * bytes[4 * k] + 0.587 * bytes[4 * k + 1] + 0.114 * bytes[4 * k + 2]) / 255;
    }
    return image;
  }

  Object.assign(window.corrExplorer, { make, Grid, Picture, limitOf, open, readPicture });
})();
