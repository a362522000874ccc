"""A moment written into a picture, so that whoever sees the picture can tell how old it is.

The time of capture in milliseconds stands as black and white cells across the top of the frame; a third row is the
exclusive or of the first two, so that a picture spoilt on the way gives no time instead of a wrong one.
"""

import time
from typing import Final

import numpy as np

from agent.frame import BgrImage

COLUMNS: Final = 16
ROWS: Final = 3
CELL_SHARE: Final = 1 / 15
"""Of the picture's height: cells stay readable at a third of the size and at 200 kbit/s."""
DARK, LIGHT = 24, 232

READ: Final = """
(video) => {
  const canvas = (globalThis.__barcode ??= new OffscreenCanvas(1, 1));
  const [columns, rows] = [16, 3];
  const [width, height] = [video.videoWidth, video.videoHeight];
  if (!width) return null;
  const cell = height / 15;
  canvas.width = width;
  canvas.height = Math.ceil(cell * rows);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const words = [];
  for (let row = 0; row < rows; row++) {
    let word = 0;
    for (let column = 0; column < columns; column++) {
      const x = Math.floor(((column + 0.5) * width) / columns);
      const y = Math.floor((row + 0.5) * cell);
      word = word * 2 + (data[4 * (y * canvas.width + x) + 1] > 127 ? 1 : 0);
    }
    words.push(word);
  }
  return (words[0] ^ words[1]) === words[2] ? words[0] * 65536 + words[1] : null;
}
"""
"""JavaScript: the milliseconds in a video element's picture, or null where they cannot be read."""


def now_ms() -> int:
    """Of the clock that the page's `Date.now` shows too, as far as 32 bits go."""
    return time.time_ns() // 1_000_000 % 2**32


def stamp(image: BgrImage, ms: int) -> None:
    """Write `ms` into `image` in place."""
    height, width = image.shape[:2]
    high, low = ms >> 16 & 0xFFFF, ms & 0xFFFF
    bits = np.array([[word >> (COLUMNS - 1 - bit) & 1 for bit in range(COLUMNS)] for word in (high, low, high ^ low)])
    rows = np.minimum((np.arange(round(height * CELL_SHARE * ROWS)) / (height * CELL_SHARE)).astype(int), ROWS - 1)
    columns = np.arange(width) * COLUMNS // width
    image[: len(rows)] = np.where(bits, LIGHT, DARK).astype(np.uint8)[np.ix_(rows, columns)][..., None]
