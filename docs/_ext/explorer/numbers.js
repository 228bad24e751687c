/* Numbers: how they are read, and how they are written. Nothing here knows of the page. */
(() => {
  "use strict";

  const LARGEST = 1e6;
  const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

  const counted = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

  const quoted = (text) => `“${String(text).slice(0, 20)}”`;

  /* A decimal number or a fraction, such as -0.5 or 1/9. */
  function parse(text) {
    const given = typeof text === "number" ? String(text) : `${text}`.slice(0, 60).trim().replace(/[−–]/g, "-");
    const parts = given.split(/\s*\/\s*/);
    const value = parts.length === 2 ? parts[0] / parts[1] : Number(parts[0]);
    if (parts.length > 2 || !parts.every((part) => NUMBER.test(part)) || !Number.isFinite(value)) {
      const point = /^[-+]?\d*,\d+$/.test(given) ? ` Write ${given.replace(",", ".")}.` : "";
      throw new RangeError(`${quoted(text)} is not a number.${point}`);
    }
    if (Math.abs(value) > LARGEST) {
      throw new RangeError(`${value} is too large: numbers here go from −1000000 to 1000000.`);
    }
    return value + 0; // and −0 becomes 0
  }

  function whole(name, text, [least, most]) {
    const value = /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most)) {
      throw new RangeError(`${name} must be a whole number from ${least} to ${most}, not ${quoted(text)}.`);
    }
    return value;
  }

  const signed = (text) => text.replace(/-/g, "−");

  /* A fraction p/q for a value that is one, or "". */
  function fraction(value) {
    for (let q = 3; q < 50; q++) {
      const p = Math.round(value * q);
      if (p && p / q === value) return `${p}/${q}`;
    }
    return "";
  }

  /* A value in a few digits. Whole numbers have all of theirs; a fraction that the digits do not tell
     in full stays a fraction, if that is wanted. `isExact` says whether the text is the number. */
  function write(value, digits = 4, hasFractions = true) {
    const near = Math.round(value);
    if (Math.abs(value - near) <= 1e-12 * Math.abs(value) && Math.abs(near) < 1e15) {
      return { text: signed(String(near + 0)), isExact: true };
    }
    const before = Math.abs(value) < 1e15 ? String(Math.trunc(Math.abs(value))).length : 0;
    const rounded = Number(value.toPrecision(Math.max(digits, before)));
    const isExact = Math.abs(value - rounded) <= 1e-12 * Math.abs(value);
    const part = isExact || !hasFractions || Math.abs(value) >= 1 ? "" : fraction(value);
    return part ? { text: signed(part), isExact: true } : { text: signed(String(rounded)), isExact };
  }

  const format = (value) => write(value).text;

  /* All of a value, as a reader would type it. */
  function full(value) {
    const text = String(value);
    return (text.length > 8 && fraction(value)) || text;
  }

  /* How wide a text is at most, in multiples of the size of its letters, whatever the typeface. */
  const WIDTHS = { ".": 0.33, "−": 0.84, "/": 0.38 };
  const width = (text) => Array.from(text).reduce((sum, letter) => sum + (WIDTHS[letter] ?? 0.64), 0);

  /* The most digits that fit into a cell, in letters of a size that can be read; a zero in front of the point
     is the first to go. */
  function fitted(value, cell, hasFractions) {
    const room = cell - 3;
    const least = 10;
    const choices = [3, 2, 1].map((digits) => write(value, digits, hasFractions));
    choices.push({ ...choices[2], text: choices[2].text.replace(/^(−?)0\./, "$1.") });
    if (Math.abs(value) >= 1e3 || Math.abs(value) < 1e-2) {
      choices.push({ text: signed(value.toExponential(0).replace("+", "")), isExact: false });
    }
    const chosen = choices.find(({ text }) => width(text) * least <= room) ?? choices.at(-1);
    return { ...chosen, size: Math.max(7, Math.min(Math.max(least, 0.4 * cell), room / width(chosen.text))) };
  }

  /* Rows of text from what was copied out of a spreadsheet, NumPy or PyTorch; null if it is one entry. */
  function table(text) {
    const given = text.trim().slice(0, 50000);
    const inner = given.includes("[") ? given.slice(given.indexOf("["), given.lastIndexOf("]") + 1) : "";
    const lines = inner ? inner.split("]") : given.split(/[\r\n;]+/);
    const rows = lines.map((line) => line.replace(/\s*\/\s*/g, "/").split(/[\s,[]+/).filter(Boolean))
      .filter((row) => row.length);
    if (!rows.length || (rows.length === 1 && rows[0].length === 1)) return null;
    if (rows.some((row) => row.length !== rows[0].length)) {
      throw new RangeError("What was pasted has rows of different lengths, so it fills no cells.");
    }
    rows.flat().forEach(parse);
    return rows;
  }

  window.corrExplorer = { parse, whole, write, format, full, fitted, table, counted, quoted };
})();
