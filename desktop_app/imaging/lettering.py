"""Fits words to the room that a picture has for them."""

from PIL import ImageFont


def wrapped(words: str, font: ImageFont.FreeTypeFont, most: int) -> list[str]:
    """Lines of at most `most` pixels, broken between words; a longer word stands alone."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= most:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def cut_short(words: str, font: ImageFont.FreeTypeFont, most: int) -> str:
    """The words as far as `most` pixels reach, with dots where something was left out."""
    if font.getlength(words) <= most:
        return words
    while words and font.getlength(words + "…") > most:
        words = words[:-1]
    return words.rstrip() + "…"
