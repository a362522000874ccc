"""Sets one report, as a process of its own: `python -m hub.reports.press FOLDER`.

In the folder lie `job.json`, `sheet.json` and pictures as they came from booths; afterwards the report or its pages.
Whoever starts it ends it when it takes too long (`hub.reports.printing`); here the kernel holds memory, time and the
size of files. What a booth sent is decoded here and nowhere else in the hub.
"""

import json
import resource
import shutil
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst
from PIL import Image

TEMPLATE: Final = Path(__file__).parent / "template"
MEMORY_BYTES: Final = 3 * 2**30
"""Of address space; what is used is a tenth of it."""
FILE_BYTES: Final = 64 * 2**20
CPU_S: Final = 120
STANDARDS: "Final[list[typst.PDFStandard]]" = ["a-2a", "ua-1"]
"""PDF/A-2a keeps for decades, PDF/UA-1 can be read aloud."""
PICTURE_PIXELS: Final = 900
"""The longer side of a printed picture: 300 dots an inch at a third of the page's width."""
MOST_PIXELS: Final = 50_000_000
BLANK: Final = "□"
LATIN: Final = "\u024f"
"""Up to here the fonts that Typst brings have everything."""
PROBED: Final = 400
"""Different characters beyond it that are looked up; of more, nobody knows and boxes stand for them."""
PROBE: Final = b'#set document(title: "probe")\n#set text(font: "Libertinus Serif")\n#sys.inputs.probe'


def main(folder: Path) -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
    ):
        resource.setrlimit(what, (most, most))
    warnings.simplefilter("ignore")  # Typst's are about layout; there is nobody to read them here
    job = json.loads((folder / "job.json").read_text("utf-8"))
    sheet = json.loads((folder / "sheet.json").read_text("utf-8"))
    for name in ("pictures", "photos"):
        for each in sheet[name]:
            take(folder, each, job["damaged"])
    for path in TEMPLATE.glob("*.typ"):
        shutil.copy(path, folder / path.name)
    compiler = typst.Compiler(root=str(folder))
    unknown = replace_unknown(compiler, sheet)
    if unknown:
        sheet["notes"].append(job["glyphs"].format(characters=", ".join(f"U+{ord(each):04X}" for each in unknown)))
    (folder / "sheet.json").write_text(json.dumps(sheet, ensure_ascii=False), "utf-8")
    made_at = datetime.fromisoformat(job["made_at"]).replace(microsecond=0)  # a PDF has no room for them
    if job["format"] == "png":
        pages = compiler.compile(str(folder / "report.typ"), format="png", ppi=job["ppi"], timestamp=made_at)
        for number, page in enumerate(pages if isinstance(pages, list) else [pages], start=1):
            (folder / f"page-{number:03d}.png").write_bytes(page or b"")
        return
    (folder / "report.pdf").write_bytes(_pdf(compiler, folder, made_at))


def take(folder: Path, picture: dict[str, Any], damaged: str) -> None:
    """Makes a small JPEG of what a booth sent, or says that it cannot be read: it must not spoil the report."""
    if picture["file"] is None:
        return
    source, name = folder / picture["file"], f"{picture['file']}.jpg"
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        with Image.open(source, formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("too large")
            image.draft("RGB", (PICTURE_PIXELS, PICTURE_PIXELS))
            image.thumbnail((PICTURE_PIXELS, PICTURE_PIXELS))
            image.convert("RGB").save(folder / name, "JPEG", quality=82)
            picture["file"], picture["ratio"] = name, round(min(4.0, image.height / image.width), 6)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        picture["file"], picture["missing"] = None, damaged


def replace_unknown(compiler: typst.Compiler, sheet: dict[str, Any]) -> list[str]:
    """Characters that no font here has become a box, which says that something is missing; they are returned."""
    rare = sorted({each for text in _texts(sheet) for each in text if each > LATIN})
    left, unknown = rare[:PROBED], rare[PROBED:]
    while left:
        try:
            compiler.compile(PROBE, format="pdf", pdf_standards="a-2b", sys_inputs={"probe": " ".join(left)})
            break
        except typst.TypstError as error:
            bad = [each for each in left if f'"{each}"' in error.message] or left
            unknown += bad
            left = [each for each in left if each not in bad]
    if unknown:
        _translate(sheet, str.maketrans(dict.fromkeys(unknown, BLANK)))
    return unknown


def _pdf(compiler: typst.Compiler, folder: Path, made_at: datetime) -> bytes:
    """By the standards where the text allows, and without rather than not at all."""
    none: list[typst.PDFStandard] = []
    for standards in (STANDARDS, none):
        try:
            made = compiler.compile(
                str(folder / "report.typ"), format="pdf", pdf_standards=standards, timestamp=made_at
            )
            return made if isinstance(made, bytes) else b""
        except typst.TypstError as error:
            if not standards:
                raise
            print(f"not {', '.join(STANDARDS)}: {error.message}", file=sys.stderr)
    raise AssertionError


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


def _translate(value: Any, table: dict[int, str]) -> Any:
    """In place, but for the strings themselves, which are returned."""
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        for key in value:
            value[key] = _translate(value[key], table)
    elif isinstance(value, list):
        value[:] = [_translate(each, table) for each in value]
    return value


if __name__ == "__main__":
    main(Path(sys.argv[1]))
