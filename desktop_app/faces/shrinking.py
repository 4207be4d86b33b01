"""Shrinks a photo by averaging its pixels."""

import cv2

from desktop_app.domain.photo import RgbImage


def shrunk_to(image: RgbImage, size: tuple[int, int]) -> RgbImage:
    """The picture averaged down to (width, height): by halves as far as they go, which is quick."""
    height, width = image.shape[:2]
    while width % 2 == height % 2 == 0 and width // 2 >= size[0] and height // 2 >= size[1]:
        width, height = width // 2, height // 2
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    if (width, height) == size:
        return image
    shrunk: RgbImage = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return shrunk
