"""Read the tutorials as their readers do: look, guess, type an answer, open what is folded away."""

import json
import re
import statistics
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Locator, Page, expect

HTML = Path(__file__).parents[2] / "docs" / "_build" / "html"
PAGES = sorted(page.relative_to(HTML).as_posix() for page in HTML.glob("tutorials/*/plot_*.html"))
KIB = 1024
PHONE: Any = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}
LAPTOP: Any = {"viewport": {"width": 1280, "height": 800}}
SHIFTS = """() => new Promise(resolve => {
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => sum += entry.value))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => resolve(sum), 100);
})"""
# Code or output in sight; what a fold hides has no size.
SEEN = """label => [...document.querySelectorAll(`article [aria-label=${label}] pre`)]
    .filter(code => code.checkVisibility())
    .map(code => ({height: code.offsetHeight, text: code.textContent,
                   clipped: code.scrollWidth > code.clientWidth}))"""
FIRST_PICTURE = """() => Math.min(...[...document.querySelectorAll(
        "article .drawn img, article corr-explorer, article .output_html")]
    .filter(seen => seen.checkVisibility())
    .map(seen => seen.getBoundingClientRect().top + scrollY))"""


def questions(name: str) -> list[tuple[str, dict[str, Any]]]:
    """List the questions of a page that are judged, with what they are compared with."""
    soup = BeautifulSoup((HTML / name).read_text(encoding="utf-8"), "html.parser")
    return [
        (str(form["aria-label"]), json.loads(b64decode(str(form["data-judge"]))))
        for form in soup.select("form.question")
    ]


def numeric() -> list[tuple[str, str, dict[str, Any]]]:
    """Find one question on each page whose answer is one number."""
    found = []
    for name in PAGES:
        for text, judge in questions(name):
            if isinstance(judge["answer"], int | float) and "choices" not in judge:
                found.append((name, text, judge))
                break
    return found


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with browser.new_context(**PHONE) as context:
        yield context.new_page()


@pytest.fixture
def laptop(browser: Browser) -> Iterator[Page]:
    with browser.new_context(**LAPTOP) as context:
        yield context.new_page()


def asked(page: Page, text: str) -> tuple[Locator, Locator]:
    """Find the form of a question, and the answer that it covers."""
    form = page.locator(f"form.question[aria-label={json.dumps(text)}]")
    return form, form.locator("+ details.answer")


def type_answer(form: Locator, *texts: str) -> tuple[str, str]:
    """Type as a hand does, press Enter, and read the verdict."""
    form.evaluate("form => delete form.dataset.verdict")
    fields = form.locator("input[type=text]")
    for place, text in enumerate(texts):
        fields.nth(place).fill("")
        fields.nth(place).press_sequentially(text, delay=20)
    fields.last.press("Enter")
    form.locator(".verdict:not(:empty)").wait_for()
    return form.get_attribute("data-verdict") or "", form.locator(".verdict").inner_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_before_it_tells(name: str) -> None:
    soup = BeautifulSoup((HTML / name).read_text(encoding="utf-8"), "html.parser")
    assert soup.select("form.question + details.answer"), "no question is judged"
    assert not soup.select("details[open]")
    for answer in soup.select("details.answer"):
        assert not answer.select("details.answer, h2, h3"), "an answer holds the next question"


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_clipped_or_proves_in_sight(phone: Page, name: str) -> None:
    phone.goto((HTML / name).as_uri())
    phone.evaluate("document.querySelectorAll('details.answer').forEach(one => one.open = true)")
    seen = phone.evaluate(SEEN, "Code")
    assert [code["text"] for code in seen if code["clipped"]] == []
    printed = [out["text"] for out in phone.evaluate(SEEN, "Output") if out["clipped"]]
    assert [text for text in printed if "],\n" not in text] == [], "only rows of numbers may scroll"
    proofs = re.compile(r"^(assert\b|torch\.testing\.assert)", re.MULTILINE)
    assert [code["text"] for code in seen if proofs.search(code["text"])] == []
    assert phone.evaluate(FIRST_PICTURE) <= 1700


def test_a_page_is_text_and_pictures_more_than_code(laptop: Page) -> None:
    shares, late = [], {}
    for name in PAGES:
        laptop.goto((HTML / name).as_uri())
        height = laptop.evaluate("document.documentElement.scrollHeight")
        shares.append(sum(code["height"] for code in laptop.evaluate(SEEN, "Code")) / height)
        if (top := laptop.evaluate(FIRST_PICTURE)) > 900:
            late[name] = top
    assert late == {}, "the first picture comes late"
    assert statistics.median(shares) <= 0.2


@pytest.mark.parametrize(("name", "text", "judge"), numeric()[:5], ids=lambda case: str(case)[:40])
def test_a_typed_answer_is_judged(
    laptop: Page, name: str, text: str, judge: dict[str, Any]
) -> None:
    laptop.goto((HTML / name).as_uri())
    form, answer = asked(laptop, text)
    right = judge["answer"]
    assert type_answer(form, "many") == (
        "unread",
        "Please type a number, such as 3, −0.5 or 1/3.",
    )
    assert type_answer(form, str(right + 1234.5))[0] == "wrong"
    assert answer.get_attribute("open") is None
    if right:
        assert type_answer(form, str(-right).replace("-", "\u2212"))[0] in ("near", "wrong")
    digits = len(str(right).partition(".")[2])
    if judge.get("near", 0) > 0.5 / 10**digits:
        almost = round(right + judge["near"], 4)
        slip = next((one["say"] for one in judge["slips"] if one["value"] == almost), None)
        assert type_answer(form, str(almost)) == (
            ("wrong", slip) if slip else ("near", "Close, but not quite. Go through it once more.")
        )
    for slip in judge["slips"]:
        assert type_answer(form, str(slip["value"])) == ("wrong", slip["say"])
    assert "offered" in (answer.get_attribute("class") or "")
    assert answer.get_attribute("open") is None
    assert type_answer(form, str(right).replace(".", ",")) == ("right", "Yes, that is right.")
    assert answer.get_attribute("open") is not None
    # It stays open for who comes back, and nothing moves then.
    laptop.reload()
    assert asked(laptop, text)[1].get_attribute("open") is not None
    assert laptop.evaluate(SHIFTS) <= 0.01


def test_five_pages_have_a_number_to_type() -> None:
    assert len(numeric()) >= 5


def test_the_first_sum_of_the_course_is_ten(laptop: Page) -> None:
    laptop.goto((HTML / PAGES[0]).as_uri())
    form, _ = asked(laptop, "What is the sum?")
    verdict, words = type_answer(form, "6")  # the taps alone: 1 + 2 - 1 + 0 + 1 + 3
    assert verdict == "wrong"
    assert "taps alone" in words
    assert type_answer(form, "10")[0] == "right"


def test_a_row_of_numbers_is_judged_together(laptop: Page) -> None:
    name, text, judge = next(
        (name, text, judge)
        for name in PAGES
        for text, judge in questions(name)
        if isinstance(judge["answer"], list) and "choices" not in judge
        if not isinstance(judge["answer"][0], list) and len(set(judge["answer"])) > 1
    )
    laptop.goto((HTML / name).as_uri())
    form, answer = asked(laptop, text)
    first, *others = map(str, judge["answer"])
    assert type_answer(form, first, *("99" for _ in others)) == (
        "near",
        f"1 of the {len(judge['answer'])} numbers are right. Have another look at the rest.",
    )
    assert type_answer(form, first, *others)[0] == "right"
    assert answer.get_attribute("open") is not None


def test_a_choice_is_judged(laptop: Page) -> None:
    name, text, judge = next(
        (name, text, judge)
        for name in PAGES
        for text, judge in questions(name)
        if "choices" in judge and judge["slips"]
    )
    laptop.goto((HTML / name).as_uri())
    form, answer = asked(laptop, text)

    def choose(keys: list[str]) -> str:
        for key in keys:
            form.locator(f"input[value={json.dumps(key)}]").check()
        form.locator("button").click()
        form.locator(".verdict:not(:empty)").wait_for()
        laptop.wait_for_timeout(50)
        return form.locator(".verdict").inner_text()

    assert choose([]) == "Choose first. A guess is welcome, too."
    slip = judge["slips"][0]
    assert choose(slip["value"]) == slip["say"]
    assert answer.get_attribute("open") is None
    for box in form.locator("input[type=checkbox]:checked").all():
        box.uncheck()
    assert choose(judge["answer"]) == "Yes, that is right."
    assert answer.get_attribute("open") is not None


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", [3]),
        ("\u22120,5", [-0.5]),
        (" 1/30 ", [1 / 30]),
        ("-2/4", [-0.5]),
        ("1,024", [1.024, 1024]),
        ("50 %", [50, 0.5]),
        ("1e-3", [0.001]),
        ("+7", [7]),
        ("ten", []),
        ("1/0", []),
        ("3 x 4", []),
    ],
)
def test_numbers_are_read_as_people_write_them(
    laptop: Page, text: str, numbers: list[float]
) -> None:
    laptop.goto((HTML / PAGES[0]).as_uri())
    assert laptop.evaluate("text => readings(text)", text) == pytest.approx(numbers)


def test_the_switches_open_all_and_are_remembered(laptop: Page) -> None:
    laptop.goto((HTML / PAGES[0]).as_uri())
    count: Callable[[str], int] = lambda which: laptop.locator(f"{which}[open]").count()  # noqa: E731
    laptop.locator(".switch", has_text="all answers").click()
    answers = laptop.locator("details.answer").count()
    assert (count("details.answer"), count("details[class^=cell-]")) == (answers, 0)
    laptop.goto((HTML / PAGES[1]).as_uri())
    assert count("details.answer") == laptop.locator("details.answer").count()
    assert laptop.evaluate(SHIFTS) <= 0.01
    laptop.locator(".switch", has_text="all code").click()
    assert count("details[class^=cell-]") == laptop.locator("details[class^=cell-]").count()
    laptop.locator(".switch", has_text="all answers").click()
    laptop.reload()
    assert count("details.answer") == 0
    assert count("details.cell-setup") == 1


def test_a_keyboard_opens_an_answer_and_it_stays_open(laptop: Page) -> None:
    laptop.goto((HTML / PAGES[0]).as_uri())
    laptop.locator("details.answer > summary").first.focus()
    laptop.keyboard.press("Enter")
    laptop.reload()
    assert laptop.locator("details.answer").first.get_attribute("open") is not None
    laptop.locator("details.answer > summary").first.press("Enter")
    laptop.reload()
    assert laptop.locator("details.answer").first.get_attribute("open") is None


def test_a_link_opens_what_it_leads_to(laptop: Page) -> None:
    laptop.goto((HTML / PAGES[0]).as_uri())
    laptop.evaluate("document.querySelector('details.answer > :last-child').id = 'inside'")
    laptop.evaluate("location.hash = '#inside'")
    laptop.locator("#inside").wait_for(state="visible")


def test_paper_shows_the_answers_and_keeps_the_rest_folded(laptop: Page) -> None:
    laptop.goto((HTML / PAGES[0]).as_uri())
    laptop.evaluate("dispatchEvent(new Event('beforeprint'))")
    laptop.emulate_media(media="print")
    opened = laptop.locator("details[open]").evaluate_all("all => all.map(one => one.className)")
    assert set(opened) == {"answer"}
    assert len(opened) == laptop.locator("details.answer").count()
    for screen_only in ("form.question", "details.cell-setup", "details.cell-figure"):
        assert not laptop.locator(screen_only).first.is_visible()
    laptop.evaluate("dispatchEvent(new Event('afterprint'))")
    assert laptop.locator("details[open]").count() == 0


def test_without_javascript_an_answer_is_a_plain_fold(browser: Browser) -> None:
    with browser.new_context(**PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((HTML / PAGES[0]).as_uri())
        assert not page.locator("form.question").first.is_visible()
        assert not page.locator(".switch").first.is_visible()
        answer = page.locator("details.answer").first
        assert answer.locator("> summary").inner_text() == "Show me"
        answer.locator("> summary").click()
        assert answer.locator("p").last.is_visible()


def test_wrapped_code_is_copied_line_by_line(phone: Page) -> None:
    phone.goto((HTML / PAGES[0]).as_uri())
    code = phone.locator("[aria-label=Code] pre:has(.line):visible").first
    code.evaluate("pre => getSelection().selectAllChildren(pre)")
    selected = phone.evaluate("getSelection().toString()")
    assert selected.strip() == code.evaluate("pre => pre.textContent").strip()


def test_a_button_copies_code(browser: Browser, served: str) -> None:
    with browser.new_context(
        **LAPTOP, permissions=["clipboard-read", "clipboard-write"]
    ) as context:
        page = context.new_page()
        page.goto(served + PAGES[0])
        code = page.locator("[aria-label=Code]:visible").first
        code.hover()
        code.get_by_role("button", name="Copy").click()
        code.get_by_role("button", name="Copied").wait_for()
        text = code.locator("pre").evaluate("pre => pre.textContent")
        assert page.evaluate("navigator.clipboard.readText()") == text


def test_a_figure_grows_when_tapped(phone: Page) -> None:
    phone.goto((HTML / PAGES[0]).as_uri())
    image = phone.locator("article .drawn img:visible").first
    before = image.bounding_box()
    image.click()
    large = phone.locator("dialog[open] img").bounding_box()
    assert before is not None
    assert large is not None
    assert large["width"] > 1.5 * before["width"]
    phone.keyboard.press("Escape")
    expect(phone.locator("dialog")).to_have_count(0)


def test_the_faces_are_light_and_have_every_sign() -> None:
    fonts = sorted((HTML / "_static" / "fonts").glob("*.woff2"))
    assert fonts
    assert sum(font.stat().st_size for font in fonts) <= 80 * KIB
    known = set(TTFont(HTML / "_static" / "fonts" / "math.woff2").getBestCmap())
    for page in HTML.rglob("*.html"):
        soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
        for formula in soup.find_all("math"):
            for sign in set(formula.get_text()) - {"\u2061", "\n"}:
                assert ord(sign) in known, f"{sign!r} of {page.name} is not in math.woff2"


def test_the_exercises_that_are_solved_are_remembered(laptop: Page) -> None:
    laptop.goto((HTML / "exercises.html").as_uri())
    box = laptop.locator("input[name=solved]").first
    name = box.get_attribute("value")
    box.check()
    laptop.locator("ul.exercises > li a").first.click()
    assert laptop.locator(f"input[name=solved][value={name}]").is_checked()
