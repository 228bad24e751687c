/* A plane as a grid of numbers: pointed at, dragged over, and typed into where it may be edited.
   Cells are kept while the grid changes its shape, so that the focus is, too. */
(() => {
  "use strict";

  const { Field, clamp, counted, draggable, fitted, format, full, make, parse, step, table, write } = window.corrExplorer;

  const DRAG = 8; // pixels of a drag for each step of a number

  /* What is done to a number by one step: by 1 where all are whole, else by a tenth of the largest. */
  function stride(data) {
    if (data.every(Number.isInteger)) return 1;
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return 10 ** Math.min(0, Math.floor(Math.log10(largest)) - 1);
  }

  class Grid {
    #rows = [];
    #rim = [];
    #heads = [];
    #at = [0, 0];
    #corner = make("div", { className: "ce-corner" });
    #head = make("div", { role: "row" }, this.#corner);
    #frame = make("div", { className: "ce-frame", hidden: true });
    #beyond = make("div", { className: "ce-rim", ariaHidden: "true" });
    #touched = null;

    /* edit(row, column, text, key): take what was typed, or throw; fill(row, column, rows): take a table;
       point({row, column}, event): the reader points at a place of the shown plane, border included;
       grab(place) and drag(place): the window is dragged; say(text): complain. */
    constructor(label, { edit, fill, point, grab, drag, say, hasFractions = true } = {}) {
      Object.assign(this, { label, edit, fill, point, grab, drag, say, hasFractions });
      this.isStill = !point && !edit; // nothing to reach by keyboard
      this.rows = this.columns = 0;
      this.padding = [0, 0, 0, 0];
      this.element = make("div", { className: "ce-grid", role: "grid" }, this.#head, this.#beyond, this.#frame);
      this.element.addEventListener("keydown", (event) => this.#onKey(event));
      this.element.addEventListener("focusin", (event) => this.#onFocus(event));
      if (edit) this.element.addEventListener("paste", (event) => this.#onPaste(event));
      if (point || edit) this.#listen();
    }

    /* `limit` is the size at which colour is full, `cell` the width of a cell in pixels. The border that
       padding adds is shown around the cells, and is not part of the grid. */
    show({ rows, columns, data }, limit, cell, padding = [0, 0, 0, 0]) {
      const [top, bottom, left, right] = padding;
      Object.assign(this, { padding, data });
      this.#shape(rows - top - bottom, columns - left - right);
      this.#border(rows, columns);
      for (let r = 0, k = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++, k++) {
          const shown = this.#cell(r, c);
          const value = data[k];
          if (shown.value !== value || shown.width !== cell) this.#write(shown, value, cell);
          else shown.field?.refresh();
          const heat = `${(50 * Math.min(Math.abs(value) / limit, 1)).toFixed(1)}%`;
          if (shown.heat !== heat) shown.style.setProperty("--ce-heat", shown.heat = heat);
        }
      }
    }

    /* The cell at a place of the shown plane. */
    #cell(r, c) {
      const [row, column] = [r - this.padding[0], c - this.padding[2]];
      return this.#rows[row]?.cells[column] ?? this.#rim[r * (this.columns + this.padding[2] + this.padding[3]) + c];
    }

    #write(cell, value, width) {
      const { text, size, isExact } = fitted(value, width, this.hasFractions);
      Object.assign(cell, { value, width, text });
      cell.style.fontSize = `${size.toFixed(1)}px`;
      cell.classList.toggle("ce-negative", value < 0);
      cell.classList.toggle("ce-rounded", !isExact);
      cell.title = isExact ? "" : `rounded; it is ${write(value, 12).text}`;
      if (cell.field) cell.field.refresh();
      else cell.textContent = text;
    }

    #shape(rows, columns) {
      if (rows !== this.rows || columns !== this.columns) {
        const hadFocus = this.element.contains(document.activeElement);
        while (this.#rows.length > rows) this.#rows.pop().element.remove();
        while (this.#rows.length < rows) this.#addRow();
        this.#rows.forEach((row, r) => {
          while (row.cells.length > columns) row.cells.pop().remove();
          while (row.cells.length < columns) this.#addCell(row, r, row.cells.length);
        });
        while (this.#heads.length > columns) this.#heads.pop().remove();
        while (this.#heads.length < columns) this.#addHead();
        Object.assign(this, { rows, columns });
        this.element.setAttribute("aria-label", `${this.label}, ${counted(rows, "row")}, ${counted(columns, "column")}`);
        const target = this.#rove(clamp(this.#at[0], 0, rows - 1), clamp(this.#at[1], 0, columns - 1));
        if (hadFocus && !this.element.contains(document.activeElement)) target.focus();
      }
      const [top, , left] = this.padding;
      this.#heads.forEach((head, c) => { head.style.gridArea = `1 / ${c + left + 2}`; });
      this.#rows.forEach(({ head, cells }, r) => {
        head.style.gridArea = `${r + top + 2} / 1`;
        cells.forEach((cell, c) => { cell.style.gridArea = `${r + top + 2} / ${c + left + 2}`; });
      });
    }

    #addHead() {
      const c = this.#heads.length;
      const head = make("div", { role: "columnheader", className: "ce-head" }, make("span", { className: "ce-aside" }, "column "), `${c}`);
      this.#heads.push(head);
      this.#head.append(head);
    }

    #addRow() {
      const r = this.#rows.length;
      const head = make("div", { role: "rowheader", className: "ce-head" }, make("span", { className: "ce-aside" }, "row "), `${r}`);
      const element = make("div", { role: "row" }, head);
      this.#rows.push({ element, head, cells: [] });
      this.element.insertBefore(element, this.#beyond);
    }

    #addCell(row, r, c) {
      const cell = make("div", { className: "ce-cell", role: "gridcell" });
      Object.assign(cell, { row: r, column: c, value: 0, text: "0" });
      if (this.edit) this.#addField(cell, r, c);
      else if (!this.isStill) cell.tabIndex = -1;
      row.cells.push(cell);
      row.element.append(cell);
    }

    #addField(cell, r, c) {
      const input = make("input", {
        type: "text", autocomplete: "off", spellcheck: false, tabIndex: -1,
        ariaLabel: `${this.label} row ${r} column ${c}`,
      });
      let session = 0;
      input.addEventListener("focus", () => { session += 1; });
      cell.field = new Field(input, {
        read: () => ({ text: cell.text, full: full(cell.value) }),
        write: (text) => this.edit(r, c, text, `${this.label}${r},${c},${session}`),
        keep: () => `The cell keeps ${format(cell.value)}.`,
        say: (text) => this.say(text),
      });
      cell.append(input);
    }

    #border(rows, columns) {
      const [top, bottom, left, right] = this.padding;
      const key = [rows, columns, ...this.padding].join();
      if (key === this.#beyond.key) return;
      this.#beyond.key = key;
      this.#rim = [];
      const cells = [];
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          if (r >= top && r < rows - bottom && c >= left && c < columns - right) continue;
          const cell = make("div", { className: "ce-cell ce-beyond" });
          cell.style.gridArea = `${r + 2} / ${c + 2}`;
          this.#rim[r * columns + c] = cell;
          cells.push(cell);
        }
      }
      this.#beyond.replaceChildren(...cells);
      this.element.style.setProperty("--ce-columns", columns);
    }

    #target(row, column) {
      const cell = this.#rows[row]?.cells[column];
      return cell?.field?.input ?? cell;
    }

    /* One cell of a grid is in the tab order; arrows lead to the others. */
    #rove(row, column) {
      const [last, next] = [this.#target(...this.#at), this.#target(row, column)];
      if (last && !this.isStill) last.tabIndex = -1;
      this.#at = [row, column];
      if (!this.isStill) next.tabIndex = 0;
      return next;
    }

    #onFocus({ target }) {
      const cell = target.closest(".ce-cell");
      if (!cell) return;
      this.#rove(cell.row, cell.column);
      this.point?.({ row: cell.row + this.padding[0], column: cell.column + this.padding[2] });
    }

    #onKey(event) {
      const { target } = event;
      if (target.matches("input")) {
        const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
        if (event.altKey && by) {
          event.preventDefault();
          this.#nudge(target.closest(".ce-cell"), (event.shiftKey ? by / 10 : by) * stride(this.data));
          return;
        }
        const { selectionStart: start, selectionEnd: end, value } = target;
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

    /* Change a number by a step: of what it is, or of what it was when a drag began. */
    #nudge(cell, by, from = cell.value, key = `nudge${cell.row},${cell.column}`) {
      const value = Number((from + by).toPrecision(12));
      try {
        this.edit(cell.row, cell.column, String(value), `${this.label}${key}`);
        cell.field.drop();
      } catch (error) {
        this.say(error.message);
      }
    }

    #onPaste(event) {
      const { field, row, column } = event.target.closest?.(".ce-cell") ?? {};
      if (!field) return;
      try {
        const rows = table(event.clipboardData.getData("text"));
        if (!rows) return;
        event.preventDefault();
        this.fill(row, column, rows);
        field.drop();
      } catch (error) {
        event.preventDefault();
        this.say(`${error.message} Nothing was pasted.`);
      }
    }

    // ---- the pointer

    #placeOf(event) {
      const first = this.#cell(0, 0).getBoundingClientRect();
      const [, bottom, , right] = this.padding;
      const [rows, columns] = [this.rows + this.padding[0] + bottom, this.columns + this.padding[2] + right];
      const pitch = first.width + 2; // the gap
      return {
        row: clamp(Math.floor((event.clientY - first.top) / pitch), 0, rows - 1),
        column: clamp(Math.floor((event.clientX - first.left) / pitch), 0, columns - 1),
      };
    }

    #listen() {
      let way = "";
      let from = null;
      let clicked = null;
      let count = 0;
      const start = (event) => {
        const cell = event.target.closest(".ce-cell");
        if (!cell) return false;
        const isFocused = cell.field && document.activeElement === cell.field.input;
        // A focused number is dragged up and down; in a kernel, any is.
        way = cell.field && (isFocused || !this.drag) ? "number" : this.drag ? "window" : "";
        from = { cell, isFocused, value: cell.value, by: stride(this.data) };
        count += 1;
        clicked = null;
        if (way === "window") this.grab(this.#placeOf(event));
        else if (this.point) this.point(this.#placeOf(event), event);
        return true;
      };
      const move = (event, { dx, dy }) => {
        if (way === "window") this.drag(this.#placeOf(event));
        else if (way === "number" && (!from.isFocused || Math.abs(dy) > Math.abs(dx))) {
          this.#nudge(from.cell, Math.round(-dy / DRAG) * from.by, from.value, `drag${count}`);
        } else if (way === "") this.point?.(this.#placeOf(event), event);
      };
      const end = (event, moved) => {
        if (moved || !from.cell.field) return;
        // The first touch of a pixel moves the window; the second one types.
        const isAgain = event.pointerType === "mouse" || !this.drag || this.#touched === from.cell;
        this.#touched = from.cell;
        if (this.drag) this.point?.(this.#placeOf(event), event);
        if (isAgain && !from.isFocused) clicked = from.cell;
      };
      draggable(this.element, { start, move, end });
      // The last event of a click: what is selected now stays selected.
      this.element.addEventListener("click", () => {
        clicked?.field.input.focus();
        clicked = null;
      });
      // Selected text is not to be carried away.
      this.element.addEventListener("dragstart", (event) => event.preventDefault());
      // The browser would focus at once, before it is known whether this is a drag.
      this.element.addEventListener("mousedown", (event) => {
        const cell = event.target.closest(".ce-cell");
        if (cell?.field && document.activeElement !== cell.field.input) event.preventDefault();
      });
      this.element.addEventListener("pointermove", (event) => {
        if (event.pointerType === "mouse" && !event.buttons && event.target.closest(".ce-cell")) {
          this.point?.(this.#placeOf(event), event);
        }
      });
    }

    // ---- what is marked

    /* Make the selected cell the one that Tab leads to. */
    place(row, column) {
      if (!this.element.contains(document.activeElement)) this.#rove(row, column);
      this.#rows.forEach(({ cells }, r) => cells.forEach((cell, c) => {
        cell.ariaSelected = String(r === row && c === column);
      }));
    }

    /* Frame the cells of a window, and write each one's tap into its corner. */
    mark(places, taps) {
      this.element.querySelectorAll(".ce-in").forEach((cell) => {
        cell.classList.remove("ce-in");
        delete cell.dataset.tap;
      });
      this.#frame.hidden = !places.length;
      if (!places.length) return;
      places.forEach(({ row, column }, k) => {
        const cell = this.#cell(row, column);
        cell?.classList.add("ce-in");
        if (taps && cell) cell.dataset.tap = `×${write(taps[k], 2).text}`;
      });
      const [first, last] = [places[0], places[places.length - 1]];
      const frame = (last.row - first.row + 1) * (last.column - first.column + 1);
      this.element.classList.toggle("ce-spread", Boolean(taps) && frame > places.length);
      this.#frame.style.gridArea =
        `${first.row + 2} / ${first.column + 2} / ${last.row + 3} / ${last.column + 3}`;
    }

    /* Tick the cells for which isRight(k) holds; veil those for which isUnseen(k) does. */
    tick(isRight) { this.#toggle("ce-right", isRight); }
    veil(isUnseen) { this.#toggle("ce-unseen", isUnseen); }

    #toggle(name, holds) {
      this.#rows.forEach(({ cells }, r) => cells.forEach((cell, c) =>
        cell.classList.toggle(name, holds(r * this.columns + c))));
    }

    /* Forget what is half typed. */
    drop() {
      this.#rows.forEach(({ cells }) => cells.forEach((cell) => cell.field?.isDraft && cell.field.drop()));
    }
  }

  Object.assign(window.corrExplorer, { Grid });
})();
