"""Gathers what is said of a photo's faces: in the photo, in its sidecars, in Picasa's notes."""

from collections.abc import Mapping
from pathlib import Path

from desktop_app.domain.errors import ExpectedError, FileVanished
from desktop_app.imaging.face_tags.extended_xmp import extended_xmp
from desktop_app.imaging.face_tags.frame import PhotoFrame, readings
from desktop_app.imaging.face_tags.picasa import PicasaFolder, read_picasa_folder
from desktop_app.imaging.face_tags.tags import FaceTags, TagSet
from desktop_app.imaging.face_tags.xmp_regions import regions_in
from desktop_app.imaging.face_tags.xmp_tree import LARGEST_XMP, xmp_tree
from desktop_app.imaging.formats import FileFormat
from desktop_app.imaging.header import PhotoHeader, read_header
from desktop_app.imaging.photo_file import opened, shown_name
from desktop_app.imaging.pillow_files import ORIENTATION
from desktop_app.imaging.upright import upright_size

_CUT = (
    "the photo was cut since the names were written, so that their places are no longer known; "
    "name these faces by hand"
)


def sidecar_of(photo: Path) -> Path:
    """The sidecar that Likeness keeps: `photo.jpg.xmp`, which no other photo can claim."""
    return photo.with_name(f"{photo.name}.xmp")


def sidecars_of(photo: Path) -> list[Path]:
    """The sidecars that may speak of a photo, the surest first: `photo.jpg.xmp`, `photo.xmp`."""
    return [path for path in (sidecar_of(photo), *_with_suffix_instead(photo)) if path.is_file()]


def _with_suffix_instead(photo: Path) -> tuple[Path, ...]:
    return (photo.with_suffix(".xmp"), photo.with_suffix(".XMP")) if photo.suffix else ()


def photo_frame(path: Path) -> PhotoFrame:
    """Raises `UnreadablePhoto`, `FileVanished`, `NotPermitted`."""
    with opened(path) as file:
        return _frame(read_header(file, shown_name(path)))


class FaceTagReader:
    """Reads photo after photo; a folder's `.picasa.ini` is read once as long as one stays in it.

    `contacts` are Picasa's names by number, from `read_contacts`.
    """

    def __init__(self, contacts: Mapping[str, str] | None = None) -> None:
        self._contacts = contacts or {}
        self._folder: Path | None = None
        self._picasa = PicasaFolder()
        self._picasa_problems: tuple[str, ...] = ()

    def read(self, photo: Path) -> tuple[FaceTags, PhotoFrame]:
        """Everything that is said of the photo's faces, the most trusted first.

        Sidecars that Likeness or the user's newest program wrote count before what is embedded.
        Raises only for the photo's own file: `UnreadablePhoto`, `FileVanished`, `NotPermitted`.
        """
        with opened(photo) as file:
            header = read_header(file, shown_name(photo))
            file.seek(0)
            rest = extended_xmp(file, header.xmp) if header.file_format is FileFormat.JPEG else b""
        frame = _frame(header)
        sets: list[TagSet] = []
        problems: list[str] = []
        embedded = [(shown_name(photo), packet) for packet in (header.xmp, rest)]
        for source, packet in [*self._sidecars(photo, problems), *embedded]:
            _read_packet(source, packet, frame, sets, problems)
        self._read_picasa(photo, frame, sets, problems)
        return FaceTags(tuple(sets), tuple(dict.fromkeys(problems))), frame

    def _sidecars(self, photo: Path, problems: list[str]) -> list[tuple[str, bytes]]:
        found = []
        for path in sidecars_of(photo):
            name = shown_name(path)
            try:
                with opened(path) as file:
                    packet = file.read(LARGEST_XMP + 1)
            except FileVanished:
                continue
            except ExpectedError as error:
                problems.append(f"{name}: {error}")
                continue
            if len(packet) > LARGEST_XMP:
                problems.append(f"{name}: it is too large to be read safely")
            else:
                found.append((name, packet))
        return found

    def _read_picasa(
        self, photo: Path, frame: PhotoFrame, sets: list[TagSet], problems: list[str]
    ) -> None:
        if self._folder != photo.parent:
            self._folder = photo.parent
            try:
                self._picasa, self._picasa_problems = read_picasa_folder(photo.parent)
            except ExpectedError as error:
                self._picasa, self._picasa_problems = PicasaFolder(), (str(error),)
        found, wrong = self._picasa.tags_of(photo.name, frame, self._contacts)
        if found is not None:
            sets.append(found)
        problems += [*self._picasa_problems, *wrong]


def _read_packet(
    source: str, packet: bytes, frame: PhotoFrame, sets: list[TagSet], problems: list[str]
) -> None:
    if not packet.strip(b"\0 \t\r\n"):
        return
    root = xmp_tree(packet)
    if root is None:
        problems.append(f"{source}: its XMP is damaged or not safe to read, and was passed over")
        return
    for regions in regions_in(root):
        problems += [f"{source}: {words}" for words in regions.problems]
        if not regions.faces:
            continue
        laid = readings(regions.faces, regions.applied_to, frame)
        if laid:
            sets.append(TagSet(regions.layout, source, laid))
        else:
            names = ", ".join(face.name for face in regions.faces[:5])
            problems.append(f"{source}: {_CUT} ({names})")


def _frame(header: PhotoHeader) -> PhotoFrame:
    """HEIC is turned by its reader; its EXIF remembers how it was stored."""
    if header.file_format is FileFormat.HEIF:
        said = header.exif.get(ORIENTATION, 1)
        return PhotoFrame((header.width, header.height), said if said in range(1, 9) else 1)
    upright = upright_size(header.width, header.height, header.orientation)
    return PhotoFrame(upright, header.orientation)
