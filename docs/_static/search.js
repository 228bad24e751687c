/* The search: forgiving, offline, and ordered by what readers look for. MiniSearch keeps the index. */
(() => {
  "use strict";

  // Words that are in every sentence, and in most questions.
  const EMPTY = new Set(("a an and any are as at be but by can could do does for from get had has have how i if in "
    + "into is it its me my not of on or should so such that the their them then there these they this to up use "
    + "used using was we were what when where which who why will with would you your").split(" "));
  // How much a kind of entry counts: what teaches before what lists, and the reference after both.
  const KINDS = { page: 1, term: 0.7, list: 0.5, reference: 0.45 };
  const FIELDS = { title: 6, heading: 4, words: 6, text: 1, code: 0.6 };
  const SHOWN = 12;

  /** Cut a text into words: names keep their dots and underscores, and are found by their parts too. */
  function words(text) {
    const plain = text.normalize("NFKC").toLowerCase().replace(/×/g, "x").replace(/(\d)\s*x\s*(?=\d)/g, "$1x");
    const found = plain.match(/[\p{L}\p{N}]+(?:[._/][\p{L}\p{N}]+)*/gu) || [];
    const joined = (plain.match(/\p{L}+-\p{L}+/gu) || []).map((word) => word.replace("-", ""));
    return [...joined, ...found.flatMap((word) => (
      /^[\d./]+$|^[^._/]+$/.test(word) ? [word] : [word, ...word.split(/[._/]/)]))];
  }

  /** Bring a word to the form under which it is kept: no plural, no -ing, no -ed. */
  function form(word) {
    if (EMPTY.has(word)) return null;
    if (!/^[a-z]{4,}$/.test(word)) return word;
    let stem = word.replace(/ies$/, "y").replace(/([sxz]|ch|sh)es$/, "$1").replace(/([^sui])s$/, "$1");
    const shorter = stem.replace(/(?:ing|ed|er|ation|ion|al)$/, "");
    if (shorter.length >= 4) stem = shorter.replace(/([bdgmnprt])\1$/, "$1");
    return stem.length > 4 ? stem.replace(/e$/, "") : stem;
  }

  let index = null;

  function open() {
    index = new MiniSearch({
      fields: Object.keys(FIELDS),
      tokenize: words,
      processTerm: form,
      storeFields: ["page", "title", "heading", "anchor", "text", "kind"],
    });
    index.addAll(window.convtutorPages.map((entry, id) => ({ id, ...entry })));
  }

  /** Find pages, best first: those that hold all the words, then those that hold most. */
  function find(query) {
    if (!index) open();
    const asked = new Set(words(query).map(form).filter(Boolean));
    if (!asked.size) return [];
    const hits = index.search(query, {
      boost: FIELDS,
      prefix: (term) => /^[a-z]{4,}/.test(term),
      fuzzy: (term) => (/^[a-z_.]{5,}$/.test(term) ? 0.25 : false),
      weights: { prefix: 0.5, fuzzy: 0.25 },
      boostDocument: (id, term, stored) => KINDS[stored.kind],
    });
    const pages = new Map();
    for (const hit of hits) {
      const key = hit.kind === "term" ? `${hit.page}#${hit.anchor}` : hit.page;
      const page = pages.get(key) || { best: hit, score: 0, held: new Set() };
      // A page that says it in many places says a little more about it.
      page.score += page.score ? hit.score / 10 : hit.score;
      hit.queryTerms.forEach((term) => page.held.add(term));
      pages.set(key, page);
    }
    const share = (page) => Math.min(1, page.held.size / asked.size);
    return [...pages.values()]
      .map((page) => ({ ...page.best, score: page.score * share(page) ** 2 }))
      .sort((one, other) => other.score - one.score)
      .slice(0, SHOWN);
  }

  /** Choose the sentence that holds most of what was found. */
  function sentence(hit) {
    const found = new Set(hit.terms);
    let best = "", most = -1;
    for (const one of hit.text.split(/(?<=[.?!:])\s+(?=\S)/)) {
      const held = new Set(words(one).map(form).filter((word) => found.has(word))).size;
      if (held > most) [best, most] = [one, held];
    }
    return best.length > 260 ? `${best.slice(0, 250).replace(/\s\S*$/, "")} …` : best;
  }

  /** Write a text with the words in it marked that were found. */
  function marked(text, terms) {
    const found = new Set(terms), line = document.createElement("p");
    for (const piece of text.split(/([\p{L}\p{N}][\p{L}\p{N}._/]*)/u)) {
      const holds = words(piece).some((word) => found.has(form(word)));
      if (!holds) line.append(piece);
      else line.appendChild(document.createElement("mark")).textContent = piece;
    }
    return line;
  }

  const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text, ...more });

  function item(hit) {
    const row = document.createElement("li");
    const name = hit.kind === "term" ? hit.heading : hit.title;
    row.append(element("a", name, { href: hit.page + (hit.anchor ? `#${hit.anchor}` : "") }));
    const where = hit.kind === "term" ? "in the glossary" : hit.heading;
    if (where) row.append(element("span", ` · ${where}`, { className: "search-where" }));
    row.append(marked(sentence(hit), hit.terms));
    return row;
  }

  /** Offer what is near, for a reader who found nothing. */
  function elsewhere(query) {
    const near = index.search(query, { fields: ["title", "heading", "words"], fuzzy: 0.5, prefix: true,
      filter: (hit) => hit.kind === "term" }).slice(0, 5);
    const box = document.createElement("div");
    if (near.length) {
      box.append(element("p", "The glossary has words that look like yours:"));
      box.append(element("ul", ""));
      near.forEach((hit) => box.lastChild.append(item(hit)));
    }
    const way = element("p", "Or look through the ");
    way.append(element("a", "questions that readers ask", { href: "questions.html" }), " and the ",
      element("a", "glossary", { href: "glossary.html" }), ".");
    box.append(way);
    return box;
  }

  function show() {
    const box = document.getElementById("search-results");
    const query = (new URLSearchParams(location.search).get("q") || "").trim();
    document.querySelectorAll("input[name=q]").forEach((field) => { field.value = query; });
    if (!query) {
      box.append(element("p", "Type what you are looking for into the search box: a word, a name from the code, a number."));
      return;
    }
    document.title = `${query} - ${document.title}`;
    const hits = find(query);
    const count = hits.length === SHOWN ? `The ${SHOWN} best pages` : `${hits.length || "No"} page${hits.length === 1 ? "" : "s"}`;
    box.append(element("p", `${count} for “${query}”`, { role: "status" }));
    if (hits.length) {
      box.append(element("ol", "", { className: "search" }));
      hits.forEach((hit) => box.lastChild.append(item(hit)));
    }
    if (hits.length < 3) box.append(elsewhere(query));
  }

  window.convtutorFind = find;
  if (document.getElementById("search-results")) show();
})();
