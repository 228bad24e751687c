# /// script
# requires-python = ">=3.11"
# dependencies = ["brotli", "fonttools", "ziamath"]
# ///
"""Cut the faces of the site down to the signs that it uses. Run by hand when a sign is missing.

    cd /tmp
    npm install @fontsource-variable/source-sans-3 @fontsource-variable/source-serif-4
    uv run .../docs/_fonts/subset.py node_modules/@fontsource-variable

All three are under the SIL Open Font License, and so is what is made of them; the licences lie
beside the fonts.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

FOLDER = Path(__file__).parents[1] / "_static" / "fonts"

LETTERS = [*range(0x20, 0x7F)]
WORDS = [*LETTERS, *map(ord, "  ©²³°¶·×ÄÖÜäöüßàáâçèéêëíîïñóôøúûýÉšžśł–—‘’“”„…−→✓")]
# A letter in a formula is set in italics, which have places of their own.
MATH = [
    *LETTERS,
    *range(0x1D434, 0x1D468),
    *range(0x1D6FC, 0x1D71C),
    *range(0x3B1, 0x3CA),
    *map(ord, "ℎ×−·⋅∗⋆…→↦∂∇∑∏∫√∞∈∉≤≥≠≈≡±∝∘⊤⊗⊙⊛⌊⌋⌈⌉‖′ℓℝℤΓΔΘΛΣΦΩ"),
]


def cut(
    font: TTFont,
    signs: list[int],
    name: str,
    features: list[str],
    weights: tuple[int, int] | int | None = None,
) -> None:
    """Keep some signs and weights of a font, and write it for the browser."""
    options = Options(layout_features=features, hinting=False)
    options.name_IDs = [0, 1, 13, 14]  # whose it is, and its licence
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=signs)
    subsetter.subset(font)
    if weights:
        instantiateVariableFont(font, {"wght": weights}, inplace=True)
    # The licence reserves the names of some faces for what their makers made.
    for record in font["name"].names:
        if record.nameID == 1:
            record.string = f"convtutor {name}"
    font.flavor = "woff2"
    path = FOLDER / f"{name}.woff2"
    font.save(path)
    print(f"{path.name}: {path.stat().st_size / 1024:.1f} KiB. {font['name'].getDebugName(0)}")


def narrow_roots(font: TTFont) -> TTFont:
    """Make the taller root signs as wide as the plain one.

    Chromium keeps room for the widest of them, whichever it draws: a gap after every root.
    """
    variants = font["MATH"].table.MathVariants
    plain = font.getBestCmap()[ord("√")]
    signs = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(plain)]
    signs.GlyphAssembly = None
    width, _ = font["hmtx"][plain]
    for name in {record.VariantGlyph for record in signs.MathGlyphVariantRecord} - {plain}:
        pen = TTGlyphPen(None)
        factor = width / font["hmtx"][name][0]
        font.getGlyphSet()[name].draw(TransformPen(pen, (factor, 0, 0, 1, 0, 0)))
        font["glyf"][name] = glyph = pen.glyph()
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, glyph.xMin)
    return font


def main() -> None:
    """Cut a face for the text, its italics, one for headings and one for formulas."""
    faces = Path(sys.argv[1])
    sans = str(faces / "source-sans-3" / "files" / "source-sans-3-latin-wght-{}.woff2")
    serif = faces / "source-serif-4" / "files" / "source-serif-4-latin-wght-normal.woff2"
    spec = find_spec("ziamath")
    assert spec is not None
    assert spec.origin is not None
    math = Path(spec.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    text = ["kern", "liga", "mark", "tnum", "lnum"]
    cut(TTFont(sans.format("normal")), WORDS, "text", text, (400, 600))
    cut(TTFont(sans.format("italic")), WORDS, "text-italic", text, 400)
    cut(TTFont(serif), WORDS, "heading", ["kern", "liga"], 600)
    cut(narrow_roots(TTFont(math)), MATH, "math", [])


if __name__ == "__main__":
    main()
