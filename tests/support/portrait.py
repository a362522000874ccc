"""A face for tests: the public-domain portrait of Grace Hopper that matplotlib ships."""

from pathlib import Path

import cv2
import matplotlib
import numpy as np

from agent.frame import BgrImage

WIDTH, HEIGHT = 640, 480


def portrait_path() -> Path:
    return Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"


def portrait() -> BgrImage:
    """As shipped: one face that looks at the camera, 512 × 600 pixels."""
    image = cv2.imread(str(portrait_path()))
    assert image is not None, f"{portrait_path()} is gone from matplotlib; choose another public-domain portrait"
    return np.asarray(image, dtype=np.uint8)


def scene(faces: int = 1, seed: int = 0) -> BgrImage:
    """A booth camera's picture with so many faces side by side before a grey wall, with a sensor's noise."""
    canvas = np.full((HEIGHT, WIDTH, 3), (150, 160, 170), np.uint8)
    cv2.rectangle(canvas, (40, 330), (600, 470), (60, 80, 100), -1)
    width, height = 280, 328
    person = cv2.resize(portrait(), (width, height), interpolation=cv2.INTER_AREA)
    for number in range(faces):
        left = (WIDTH - faces * width) // 2 + number * width
        canvas[100 : 100 + height, left : left + width] = person
    noise = np.random.default_rng(seed).integers(-4, 5, canvas.shape)
    return np.asarray(np.clip(canvas.astype(np.int16) + noise, 0, 255), np.uint8)


def wearing_a_face(seed: int = 0, *, hidden: bool = False) -> BgrImage:
    """The portrait in a shirt with a face on it in two colours, larger than the head; `hidden` behind a veil."""
    canvas = scene(0, seed)
    canvas[10:314, 190:450] = cv2.resize(portrait(), (260, 304), interpolation=cv2.INTER_AREA)
    canvas[314:, 205:435] = (45, 35, 35)
    face = cv2.resize(portrait()[100:340, 140:385], (190, 190), interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(face, cv2.COLOR_BGR2GRAY), (0, 0), 2).astype(np.float32)
    inked = np.clip(3 * (grey - 60), 45, 140).astype(np.uint8)
    shape = cv2.ellipse(np.zeros((190, 190), np.uint8), (95, 100), (72, 88), 0, 0, 360, 255, -1)
    canvas[285:475, 230:420][shape > 0] = inked[shape > 0, None]
    if hidden:
        canvas[80:200, 262:386] = cv2.GaussianBlur(canvas[80:200, 262:386], (0, 0), 20)
    noise = np.random.default_rng(seed).integers(-4, 5, canvas.shape)
    return np.asarray(np.clip(canvas.astype(np.int16) + noise, 0, 255), np.uint8)


def dark(seed: int = 0) -> BgrImage:
    """A covered lens."""
    return np.random.default_rng(seed).integers(2, 9, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def speaking(image: BgrImage, opening_px: int) -> BgrImage:
    """`scene(1)` with the mouth opened by so many pixels: chin and lower lip moved down, a dark gap painted."""
    if opening_px < 1:
        return image
    opened, (x, y, width) = image.copy(), (326, 252, 38)
    left, right = x - width, x + width
    opened[y + opening_px : y + opening_px + 60, left:right] = image[y : y + 60, left:right]
    size = (round(0.4 * width), max(opening_px // 2, 1))
    cv2.ellipse(opened, (x, y + opening_px // 2), size, 0, 0, 360, (25, 20, 35), -1)
    return opened
