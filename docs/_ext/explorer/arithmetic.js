/* The arithmetic: cross-correlation as conv2d computes it, and the rules that its settings obey.

   A plane is {rows, columns, data}, row by row in a Float64Array. Settings are
   {stride: [down, right], padding: [top, bottom, left, right], mode, dilation: [down, right], flip}.
   Nothing here knows of the page. */
(() => {
  "use strict";

  const MODES = ["zeros", "reflect", "replicate", "circular"];

  function plane(rows, columns, data = new Float64Array(rows * columns)) {
    return { rows, columns, data };
  }

  /* Where a place beyond the border takes its pixel from; -1 stands for a zero. */
  function source(place, size, mode) {
    if (place >= 0 && place < size) return place;
    if (mode === "replicate") return place < 0 ? 0 : size - 1;
    if (mode === "circular") return (place + size) % size;
    if (mode === "reflect") return place < 0 ? -place : 2 * (size - 1) - place;
    return -1;
  }

  function pad(image, { padding: [top, bottom, left, right], mode }) {
    if (!(top || bottom || left || right)) return image;
    const padded = plane(image.rows + top + bottom, image.columns + left + right);
    const columns = Array.from({ length: padded.columns }, (_, c) =>
      source(c - left, image.columns, mode));
    for (let r = 0, to = 0; r < padded.rows; r++) {
      const from = source(r - top, image.rows, mode);
      for (let c = 0; c < padded.columns; c++, to++) {
        if (from >= 0 && columns[c] >= 0) {
          padded.data[to] = image.data[from * image.columns + columns[c]];
        }
      }
    }
    return padded;
  }

  /* The kernel as it is laid on the image: convolution turns it by half a turn. */
  function laid(kernel, { flip }) {
    return flip ? plane(kernel.rows, kernel.columns, kernel.data.slice().reverse()) : kernel;
  }

  function correlate(padded, kernel, settings) {
    const { stride: [down, right], dilation } = settings;
    const { rows, columns, data: taps } = laid(kernel, settings);
    const output = plane(
      Math.floor((padded.rows - dilation[0] * (rows - 1) - 1) / down) + 1,
      Math.floor((padded.columns - dilation[1] * (columns - 1) - 1) / right) + 1);
    taps.forEach((tap, k) => {
      const start = dilation[0] * Math.floor(k / columns) * padded.columns
        + dilation[1] * (k % columns);
      if (tap !== 0) addShifted(output, padded, tap, start, down * padded.columns, right);
    });
    return output;
  }

  /* One pass over the image for each tap: every window's pixel under that tap, times the tap. */
  function addShifted({ rows, columns, data: sums }, { data: pixels }, tap, start, down, right) {
    for (let r = 0, to = 0; r < rows; r++) {
      for (let c = 0, from = start + r * down; c < columns; c++, to++, from += right) {
        sums[to] += tap * pixels[from];
      }
    }
  }

  /* The products that one number of the output is the sum of; places are those in the padded image. */
  function products(padded, kernel, settings, row, column) {
    const { stride, dilation } = settings;
    return Array.from(laid(kernel, settings).data, (tap, k) => {
      const r = row * stride[0] + dilation[0] * Math.floor(k / kernel.columns);
      const c = column * stride[1] + dilation[1] * (k % kernel.columns);
      return { row: r, column: c, tap, pixel: padded.data[r * padded.columns + c] };
    });
  }

  /* Why PyTorch would refuse these settings, or "" if it would not. */
  function refusal(image, kernel, { padding, mode, dilation }) {
    const sides = ["top", "bottom", "left", "right"];
    for (let side = 0; side < 4; side++) {
      const amount = padding[side];
      const [size, what] = side < 2 ? [image.rows, "rows"] : [image.columns, "columns"];
      const rule = {
        reflect: [amount >= size, "needs less than", "≥"],
        circular: [amount > size, "goes once around", ">"],
      }[mode];
      if (rule?.[0]) {
        return `Padding ${sides[side]} = ${amount} is too much for mode ${mode}, which ${rule[1]} `
          + `the image's ${size} ${what}: ${amount} ${rule[2]} ${size}.`;
      }
    }
    for (const [axis, what] of ["rows", "columns"].entries()) {
      const reach = dilation[axis] * (kernel[what] - 1) + 1;
      const room = image[what] + padding[2 * axis] + padding[2 * axis + 1];
      if (reach > room) {
        const spread = dilation[axis] > 1 ? ` with dilation ${dilation[axis]}` : "";
        const grown = room > image[what] ? "padded image" : "image";
        return `The kernel does not fit: its ${kernel[what]} ${what}${spread} reach over ${reach}, `
          + `and the ${grown} has ${room} ${what}: ${reach} > ${room}.`;
      }
    }
    return "";
  }

  Object.assign(window.corrExplorer, { MODES, plane, pad, laid, correlate, products, refusal });
})();
