/* Pieces of a page: elements, buttons, choices, fields that are typed into, things that are dragged. */
(() => {
  "use strict";

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

  const button = (text, onclick, properties = {}) => make("button", { type: "button", onclick, ...properties }, text);

  function choice(label, names, onchange) {
    const select = make("select", { onchange: () => onchange(select.value) },
      ...names.map((name) => make("option", { value: name }, name)));
    return [make("label", { className: "ce-field" }, label, select), select];
  }

  /* A slider with its label and, beside it, its value in words. */
  function slider(label, [least, most, step], oninput) {
    const input = make("input", { type: "range", min: least, max: most, step });
    const value = make("span", { className: "ce-value" });
    input.oninput = () => oninput(Number(input.value));
    const show = (number, text) => {
      input.value = number;
      value.textContent = text;
      input.setAttribute("aria-valuetext", text);
    };
    return { element: make("label", { className: "ce-field ce-slider" }, make("span", {}, label, " ", value), input),
      input, show };
  }

  const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

  const WAIT = 600; // on the way to −3 a reader types a mere −: complain only after a while

  /* A text field. It owns what is typed in it, from the first key until that is committed or left:
     nobody else writes into it in between.

     read() gives {text, full}: the value as it is shown and as it is typed. write(text) takes a draft, or
     throws what is wrong with it. A live field writes while one types, as long as that is sound; any other
     when it is committed or left. keep() says what stays when a draft is refused; say(text) complains. */
  class Field {
    #draft = null;
    #before = "";
    #timer = 0;

    constructor(input, { read, write, keep = () => "", say, isLive = true }) {
      Object.assign(this, { input, read, write, keep, say, isLive });
      input.addEventListener("focus", () => {
        this.#before = this.read().full;
        this.refresh();
        input.select();
      });
      input.addEventListener("input", () => this.#type());
      input.addEventListener("blur", () => this.#leave());
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") this.#commit();
        else if (event.key === "Escape" && this.#draft !== null) this.#escape(event);
      });
    }

    get isDraft() { return this.#draft !== null; }

    /* Show the value, unless a draft stands here. */
    refresh() {
      if (this.#draft !== null) return;
      const { text, full } = this.read();
      const isFocused = document.activeElement === this.input;
      const shown = isFocused ? full : text;
      if (this.input.value !== shown) {
        this.input.value = shown;
        if (isFocused) this.input.select();
      }
    }

    /* Forget the draft, as the value was changed from elsewhere. */
    drop() {
      clearTimeout(this.#timer);
      if (this.input.ariaInvalid) this.say("");
      this.input.ariaInvalid = null;
      this.#draft = null;
      this.refresh();
    }

    #type() {
      this.#draft = this.input.value;
      this.input.ariaInvalid = null;
      clearTimeout(this.#timer);
      if (this.isLive) this.#take(WAIT);
    }

    /* Write the draft; if it is refused, say so, at once or later. */
    #take(wait) {
      try {
        this.write(this.#draft);
        this.say("");
        return true;
      } catch (error) {
        this.input.ariaInvalid = "true";
        if (this.isLive && this.read().full !== this.#before) this.write(this.#before); // not the half of a number that went through
        const complain = () => this.say(`${error.message} ${this.keep()}`.trim());
        if (wait) this.#timer = setTimeout(complain, wait);
        else complain();
        return false;
      }
    }

    #commit() {
      if (this.#draft !== null && (this.#stands || this.#take(0))) {
        this.drop();
        this.#before = this.read().full;
      }
      this.input.select();
    }

    #leave() {
      clearTimeout(this.#timer);
      if (this.#draft !== null && !this.#stands) this.#take(0);
      this.#draft = null;
      this.input.ariaInvalid = null;
      this.refresh();
    }

    /* A live field has written its draft already, if it could. */
    get #stands() { return this.isLive && !this.input.ariaInvalid; }

    #escape(event) {
      event.preventDefault();
      if (this.isLive && this.read().full !== this.#before) this.write(this.#before);
      this.drop();
      this.input.select();
    }
  }

  /* A field for a whole number: typed, or stepped by the arrow keys. */
  function wholeField(label, [least, most], { read, write, say, isLive }) {
    const input = make("input", { type: "text", inputMode: "numeric", autocomplete: "off" });
    const field = new Field(input, {
      read: () => ({ text: String(read()), full: String(read()) }), write, say, isLive,
      keep: () => `It stays ${read()}.`,
    });
    input.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      write(String(clamp(read() + by, least, most)));
      field.drop();
    });
    return { element: make("label", { className: "ce-field" }, label, input), field };
  }

  /* Follow a pointer that is pressed on an element: start(event) may return false to leave it alone;
     move(event, moved) hears where it goes; end(event, moved) whether it was dragged at all. */
  function draggable(element, { start, move, end }) {
    let pressed = null;
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !event.isPrimary || start(event) === false) return;
      pressed = { id: event.pointerId, x: event.clientX, y: event.clientY, moved: false };
    });
    const follow = (event) => {
      if (event.pointerId !== pressed?.id) return;
      const [dx, dy] = [event.clientX - pressed.x, event.clientY - pressed.y];
      if (!pressed.moved && Math.hypot(dx, dy) < 4) return;
      if (!pressed.moved) element.setPointerCapture(pressed.id);
      pressed.moved = true;
      move(event, { dx, dy });
    };
    const stop = (event) => {
      if (event.pointerId !== pressed?.id) return;
      const { moved } = pressed;
      pressed = null;
      end?.(event, event.type === "pointerup" ? moved : true);
    };
    element.addEventListener("pointermove", follow);
    element.addEventListener("pointerup", stop);
    element.addEventListener("pointercancel", stop);
  }

  async function copy(text, from) {
    from.dataset.label ??= from.textContent;
    try {
      await navigator.clipboard.writeText(text);
      from.textContent = "Copied";
      clearTimeout(from.dataset.timer);
      from.dataset.timer = setTimeout(() => { from.textContent = from.dataset.label; }, 1500);
    } catch {
      window.prompt("Copy this:", text);
    }
  }

  const STEPS = {
    ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
    Home: [0, -Infinity], End: [0, Infinity], PageUp: [-Infinity, 0], PageDown: [Infinity, 0],
  };

  /* Where a key leads to from a place, or null if it is not one of ours. */
  function step(event, [row, column], { rows, columns }, far) {
    const way = STEPS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return null;
    const size = event.shiftKey ? far : 1;
    return [clamp(row + way[0] * size || 0, 0, rows - 1), clamp(column + way[1] * size || 0, 0, columns - 1)];
  }

  /* The pieces that come with an element as JSON. */
  function dataOf(element) {
    const data = element.querySelector("script[type='application/json']");
    return data ? JSON.parse(data.textContent) : {};
  }

  Object.assign(window.corrExplorer, {
    make, button, choice, slider, clamp, Field, wholeField, draggable, copy, step, dataOf,
  });
})();
