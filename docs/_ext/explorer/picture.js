/* A plane that is too large for numbers, as a picture: pointed at, dragged over, drawn on. And how a
   picture of the reader's own becomes a plane. */
(() => {
  "use strict";

  const { clamp, draggable, make, plane } = window.corrExplorer;

  /* Colours from 0 to 255, as one number per pixel: grey, and blue through zero to orange. */
  const GREY = Uint32Array.from({ length: 256 }, (_, k) => 0xff000000 | (k * 0x10101));
  const [BLUE, ORANGE] = [[47, 109, 179], [217, 115, 26]];
  const signed = {}; // by the colour of zero, which is pale on a light page and dark on a dark one

  function palette(zero) {
    const middle = [1, 3, 5].map((at) => parseInt(zero.slice(at, at + 2), 16));
    signed[zero] ??= Uint32Array.from({ length: 256 }, (_, k) => {
      const share = Math.abs(k - 127.5) / 127.5;
      const [red, green, blue] = (k < 128 ? BLUE : ORANGE).map((end, i) =>
        Math.round(middle[i] + (end - middle[i]) * share));
      return 0xff000000 | (blue << 16) | (green << 8) | red;
    });
    return signed[zero];
  }

  class Picture {
    #at = [0, 0];
    #canvas = make("canvas");
    #frame = make("div", { className: "ce-frame", hidden: true });

    /* point(place), grab(place), drag(place): as for a grid; walk(event) hears keys; draw(place, isFirst)
       paints, while element.classList says that the pencil is out. */
    constructor(label, { point, grab, drag, draw, walk } = {}) {
      this.label = label;
      this.element = make("div", { className: "ce-picture" }, this.#canvas, this.#frame);
      // A thousand cells would be no help to a screen reader: one place at a time is read out.
      this.element.setAttribute("role", "application");
      if (!point) return;
      this.element.tabIndex = 0;
      const isPencil = () => draw && this.element.classList.contains("ce-pencil");
      draggable(this.element, {
        start: (event) => {
          const place = this.#placeOf(event);
          if (isPencil()) draw(place, true);
          else if (grab && event.target === this.#frame) grab(place);
          else {
            point(place, event);
            grab?.(place);
          }
        },
        move: (event) => {
          const place = this.#placeOf(event);
          if (isPencil()) draw(place, false);
          else if (drag) drag(place);
          else point(place, event);
        },
      });
      this.element.addEventListener("pointermove", (event) => {
        if (event.pointerType === "mouse" && !event.buttons && !isPencil()) point(this.#placeOf(event), event);
      });
      this.element.addEventListener("keydown", (event) => {
        if (event.key === " " && isPencil()) {
          event.preventDefault();
          draw({ row: this.#at[0], column: this.#at[1] }, true);
          return;
        }
        walk?.(event);
      });
    }

    #placeOf(event) {
      const box = this.#canvas.getBoundingClientRect();
      const share = [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width];
      return { row: clamp(Math.floor(share[0] * this.rows), 0, this.rows - 1),
        column: clamp(Math.floor(share[1] * this.columns), 0, this.columns - 1) };
    }

    /* Without a limit it is a picture from black (0) to white (1); with one, a map of signs. It is shown
       as large as it can be within `width` and `height`. */
    show(shown, limit, width, height) {
      const { rows, columns, data } = shown;
      const scale = Math.min(width / columns, height / rows);
      this.element.style.width = `${Math.max(8, Math.round(columns * scale))}px`;
      this.element.style.height = `${Math.max(8, Math.round(rows * scale))}px`;
      const zero = limit && getComputedStyle(this.element).getPropertyValue("--ce-zero").trim();
      if (shown === this.shown && limit === this.limit && zero === this.zero) return;
      Object.assign(this, { shown, limit, zero });
      if (rows !== this.rows || columns !== this.columns) {
        Object.assign(this.#canvas, { width: columns, height: rows });
        this.#canvas.style.imageRendering = columns < 200 ? "pixelated" : "auto";
        Object.assign(this, { rows, columns });
        this.pixels = new ImageData(columns, rows);
        this.words = new Uint32Array(this.pixels.data.buffer);
      }
      const [colours, per, from] = limit ? [palette(zero), 127.5 / limit, 127.5] : [GREY, 255, 0];
      for (let k = 0; k < data.length; k++) {
        const level = data[k] * per + from;
        this.words[k] = colours[level <= 0 ? 0 : level >= 255 ? 255 : (level + 0.5) | 0];
      }
      this.#canvas.getContext("2d").putImageData(this.pixels, 0, 0);
      const what = limit ? "blue below zero, orange above" : "shades of grey";
      this.element.setAttribute("aria-label", `${this.label}, ${rows} rows, ${columns} columns, ${what}; `
        + `arrow keys move the window, with Shift by ten`);
    }

    /* Where the space bar draws. */
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

    /* Hide what the window has not come to: bands of `height` rows, the last one up to `column`. */
    sweep(done) {
      if (!done) this.#canvas.style.clipPath = "";
      else {
        const [top, bottom, right] = [done.top, done.bottom, done.right].map((share) => `${(100 * share).toFixed(2)}%`);
        this.#canvas.style.clipPath =
          `polygon(0 0, 100% 0, 100% ${top}, ${right} ${top}, ${right} ${bottom}, 0 ${bottom})`;
      }
    }
  }

  /* The size at which colour is full: the largest number of a grid; for a picture the one that a
     pixel in a hundred exceeds, judged by a sample. */
  const limits = new WeakMap(); // of pictures, as they are shown again and again

  function limitOf(shown, isPicture) {
    if (!isPicture) return largest(shown.data, false);
    if (!limits.has(shown)) limits.set(shown, largest(shown.data, true));
    return limits.get(shown);
  }

  function largest(data, isPicture) {
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
    let bytes;
    try {
      bytes = context.getImageData(0, 0, columns, rows).data;
    } catch {
      // A drawing that holds a piece of a web page may be shown, but not read.
      throw new RangeError(`${complaint} The browser does not let its pixels be looked at.`);
    }
    const image = plane(rows, columns);
    for (let k = 0; k < image.data.length; k++) {
      // Brightness weighs red, green and blue as ITU-R BT.601 does.
      image.data[k] = (0.299 * bytes[4 * k] + 0.587 * bytes[4 * k + 1] + 0.114 * bytes[4 * k + 2]) / 255;
    }
    return image;
  }

  Object.assign(window.corrExplorer, { Picture, limitOf, open, readPicture });
})();
