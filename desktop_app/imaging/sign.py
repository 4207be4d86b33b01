"""Signs an exported picture: a C2PA manifest of what was done, bound to its every byte."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from desktop_app.domain.errors import CannotSign
from desktop_app.domain.face import BBox
from desktop_app.imaging.about import COMPOSITE_WITH_TRAINED, ExportAbout, RestorationNote
from desktop_app.imaging.credential import Credential
from desktop_app.imaging.photo_file import shown_name
from desktop_app.imaging.xmp import what_was_done

_TYPES = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tiff": "image/tiff",
    "webp": "image/webp",
    "avif": "image/avif",
}
_TYPE_OF_SUFFIX = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".tif": "image/tiff"}
_TYPE_OF_SUFFIX |= {f".{name}": kind for name, kind in _TYPES.items()}
_PARENT = "original"  # what the actions call the photo that was restored
OWN_ASSERTION = "likeness.restoration"

SETTINGS: dict[str, Any] = {
    "version": 1,
    # the library would fetch manifests that a file names, and ask whether certificates were
    # revoked; here nothing ever leaves the machine
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": []},
    "builder": {
        # a thumbnail would show the face as it was, and stay when the place was removed
        "thumbnail": {"enabled": False},
        "actions": {
            name: {"enabled": False}
            for name in ("auto_created_action", "auto_opened_action", "auto_placed_action")
        },
    },
}
"""Of c2pa-python, for signing and for reading alike."""


def sign_picture(
    plain: BinaryIO,
    signed: BinaryIO,
    file_format: str,
    size: tuple[int, int],
    about: ExportAbout,
    credential: Credential,
    *,
    keep_chain: bool,
) -> None:
    """Writes the picture of `plain` with its manifest to `signed`; both are read and written.

    Where the source has a manifest of its own, it goes along if `keep_chain` (it may name the
    place). Raises `CannotSign`, and `OSError` as the disk answered.
    """
    import c2pa

    watched = _Watched(signed)
    try:
        with contextlib.ExitStack() as open_things:
            context = open_things.enter_context(c2pa.Context.from_dict(SETTINGS))
            signer = open_things.enter_context(_signer(c2pa, credential))
            chain = open_things.enter_context(
                _source_with_manifest(c2pa, context, about.source_path)
            )
            if not keep_chain:
                chain = None
            manifest = _manifest(file_format, size, about, parent_known=chain is not None)
            builder = open_things.enter_context(c2pa.Builder(manifest, context=context))
            if chain is not None:
                kind, file = chain
                builder.add_ingredient(_parent(about) | {"label": _PARENT}, kind, file)
            plain.seek(0)
            builder.sign(signer, _TYPES[file_format], plain, watched)
    except c2pa.C2paError as error:
        if watched.failure is not None:
            raise watched.failure from None
        raise CannotSign(
            f"The export could not be signed with the certificate of {credential.subject}: it is "
            "refused for Content Credentials. It must be made for signing (digitalSignature, and "
            "e-mail or document signing). Choose another, or export without signing."
        ) from error


class _Watched(io.RawIOBase):
    """The file, which remembers what the disk answered: the library forgets it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.failure: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return self._file.write(data)
        except OSError as failure:
            self.failure = failure
            raise

    def read(self, size: int | None = -1) -> bytes:
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def flush(self) -> None:
        if not self._file.closed:
            self._file.flush()


def _signer(c2pa: Any, credential: Credential) -> Any:
    """Without a time stamp: that would be a connection to a stranger's server."""
    info = c2pa.C2paSignerInfo(
        credential.algorithm.encode(), credential.chain, credential.private_key, None
    )
    return c2pa.Signer.from_info(info)


@contextlib.contextmanager
def _source_with_manifest(
    c2pa: Any, context: Any, source: Path | None
) -> Iterator[tuple[str, BinaryIO] | None]:
    """The source's type and file, where it has a manifest that can be read without a network."""
    kind = _TYPE_OF_SUFFIX.get(source.suffix.lower()) if source is not None else None
    if source is None or kind is None or not source.is_file():
        yield None
        return
    with source.open("rb") as file:
        try:
            reader = c2pa.Reader.try_create(kind, file, context=context)
        except c2pa.C2paError:  # damaged, or kept elsewhere
            reader = None
        if reader is None:
            yield None
            return
        reader.close()
        file.seek(0)
        yield kind, file


def _manifest(
    file_format: str, size: tuple[int, int], about: ExportAbout, *, parent_known: bool
) -> dict[str, Any]:
    name, _, version = about.software.partition(" ")
    agent = {"name": name, "version": version} if version else {"name": name}
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": [_PARENT]}}
    edited = [_edited(note, agent, size, about) for note in about.restorations]
    own = {
        "sourceSHA256": about.source_hash,
        "writing": about.writing,
        "whatWasDone": what_was_done(about.restorations),
    }
    return {
        "claim_generator_info": [agent],
        "format": _TYPES[file_format],
        "ingredients": [] if parent_known else [_parent(about) | {"label": _PARENT}],
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [opened, *edited]}},
            {"label": OWN_ASSERTION, "data": {key: words for key, words in own.items() if words}},
        ],
    }


def _parent(about: ExportAbout) -> dict[str, Any]:
    """The photo that was restored, named by the hash of its file."""
    parent: dict[str, Any] = {"relationship": "parentOf", "title": "original"}
    if about.source_path is not None:
        parent["title"] = shown_name(about.source_path)
        kind = _TYPE_OF_SUFFIX.get(about.source_path.suffix.lower())
        parent |= {"format": kind} if kind else {}
    if about.source_hash:
        parent["instance_id"] = f"urn:sha256:{about.source_hash}"
    return parent


def _edited(
    note: RestorationNote, agent: dict[str, str], size: tuple[int, int], about: ExportAbout
) -> dict[str, Any]:
    """One action a face (C2PA 2.1, 18.15), with the part of the picture that it changed."""
    action: dict[str, Any] = {
        "action": "c2pa.edited",
        "softwareAgent": agent,
        "digitalSourceType": about.digital_source_type or COMPOSITE_WITH_TRAINED,
        "description": what_was_done([note]),
        "parameters": {
            "engine": note.engine,
            "modelSHA256": note.model_hash,
            "strength": note.strength,
            "references": note.references,
            "seed": note.seed,
        },
    }
    if about.made_at is not None:
        action["when"] = about.made_at.isoformat(timespec="seconds").replace("+00:00", "Z")
    if note.bbox is not None:
        action["changes"] = [
            {"region": [{"type": "spatial", "shape": _rectangle(note.bbox, size)}]}
        ]
    return action


def _rectangle(bbox: BBox, size: tuple[int, int]) -> dict[str, Any]:
    """In percent of the picture (C2PA 2.1, 18.2)."""
    left, right = (min(max(x / size[0], 0.0), 1.0) * 100 for x in (bbox.left, bbox.right))
    top, bottom = (min(max(y / size[1], 0.0), 1.0) * 100 for y in (bbox.top, bbox.bottom))
    return {
        "type": "rectangle",
        "unit": "percent",
        "origin": {"x": round(left, 3), "y": round(top, 3)},
        "width": round(right - left, 3),
        "height": round(bottom - top, 3),
    }
