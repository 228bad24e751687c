// Compare what the reader types or chooses with what the build computed, and answer kindly.

// Read a number as people write it: 1/30, 0,5, −2 (with a minus sign), 50 %. Some can be read in two
// ways, such as 1,024: all of them are given.
const readings = (text) => {
  const plain = text.replace(/[−–]/g, "-").replace(/[\s_]/g, "").replace(/^\+/, "");
  const number = (part) => (/^-?(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(part) ? Number(part) : NaN);
  const found = [number(plain.replace(",", "."))];
  if (/^-?[1-9]\d{0,2}(,\d{3})+$/.test(plain)) found.push(number(plain.replaceAll(",", "")));
  const [top, bottom, ...more] = plain.replaceAll(",", ".").split("/");
  if (bottom && !more.length) found.push(number(top) / number(bottom));
  if (plain.endsWith("%")) {
    const share = number(plain.slice(0, -1).replace(",", "."));
    found.push(share, share / 100);
  }
  return found.filter(Number.isFinite);
};

// A whole number is typed exactly. What has a few digits is compared after rounding to as many, and what
// nobody has rounded, such as 1/30, may be off by one part in seventy: two digits are enough.
const agrees = (given, wanted) => {
  const digits = String(wanted).split(".")[1]?.length ?? 0;
  const reach = digits > 4 ? Math.abs(wanted) / 70 : digits ? 0.5000001 / 10 ** digits : 1e-9;
  return Math.abs(given - wanted) <= reach;
};

const WORDS = {
  right: "Yes, that is right.",
  near: "Close, but not quite. Go through it once more.",
  sign: "The size is right. Have another look at the sign.",
  some: (right, all) => `${right} of the ${all} numbers are right. Have another look at the rest.`,
  wrong: "That is not it yet. Read the question once more, and try again.",
  again: "That is not it yet either. Try again, or let the page show you.",
  unread: "Please type a number, such as 3, −0.5 or 1/3.",
  empty: "Type your answer first. A guess is welcome, too.",
  undecided: "Choose first. A guess is welcome, too.",
  others: "There is more to it: one choice too many, or one that is missing.",
};

// What to say to numbers: the verdict, and the sentence.
const judgeNumbers = (judge, texts) => {
  if (texts.some((text) => !text.trim())) return ["unread", WORDS.empty];
  const given = texts.map(readings);
  if (given.some((found) => !found.length)) return ["unread", WORDS.unread];
  const matches = (wanted) =>
    [wanted].flat(2).map((one, i) => given[i]?.some((found) => agrees(found, one)));
  const wanted = [judge.answer].flat(2);
  const right = matches(judge.answer).filter(Boolean).length;
  if (right === wanted.length) return ["right", WORDS.right];
  const slip = judge.slips.find(({ value }) => matches(value).every(Boolean));
  if (slip) return ["wrong", slip.say];
  const every = (test) => wanted.every((one, i) => given[i].some((found) => test(found, one)));
  if (wanted.some(Boolean) && every((found, one) => agrees(-found, one))) {
    return ["near", WORDS.sign];
  }
  const reach = (judge.near ?? -1) + 1e-9;
  if (every((found, one) => Math.abs(found - one) <= reach)) return ["near", WORDS.near];
  if (right) return ["near", WORDS.some(right, wanted.length)];
  return ["wrong", WORDS.wrong];
};

const judgeChoices = (judge, chosen) => {
  if (!chosen.length) return ["unread", WORDS.undecided];
  const right = chosen.filter((key) => judge.answer.includes(key));
  if (right.length === judge.answer.length && right.length === chosen.length) {
    return ["right", WORDS.right];
  }
  const slip = judge.slips.find(({ value }) => value.every((key) => chosen.includes(key)));
  if (slip) return ["wrong", slip.say];
  return right.length ? ["near", WORDS.others] : ["wrong", WORDS.wrong];
};

for (const form of document.querySelectorAll("form.question")) {
  const bytes = Uint8Array.from(atob(form.dataset.judge), (letter) => letter.charCodeAt(0));
  const judge = JSON.parse(new TextDecoder().decode(bytes));
  const inputs = [...form.querySelectorAll("input")];
  const verdict = form.querySelector(".verdict");
  const answer = form.nextElementSibling;
  let wrong = 0;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    let [kind, words] = judge.choices
      ? judgeChoices(judge, inputs.filter((one) => one.checked).map((one) => one.value))
      : judgeNumbers(judge, inputs.map((one) => one.value));
    if (kind === "wrong" || kind === "near") wrong += 1;
    if (wrong > 1 && words === WORDS.wrong) words = WORDS.again;
    // The same words again would not be read out.
    verdict.textContent = "";
    requestAnimationFrame(() => (verdict.textContent = words));
    form.dataset.verdict = kind;
    if (kind === "right") reading.open(answer);
    else if (wrong > 1) answer.classList.add("offered");
  });
}
