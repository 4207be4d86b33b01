"""What can happen to an honest user, each with a sentence that says what to do next."""


class ExpectedError(Exception):
    """A failure that is nobody's bug; its message is shown to the user as it is."""


class UnreadablePhoto(ExpectedError):
    """The file is broken, of an unknown format, or refused as unsafe to decode."""


class PhotoTooLarge(UnreadablePhoto):
    """The file states more pixels than the limit allows; refused before decoding."""


class FileVanished(ExpectedError):
    """The file or its drive was there a moment ago and is not now."""


class NoFaceFound(ExpectedError):
    """The photo holds no face that the detector can see."""


class NotKnown(ExpectedError):
    """A person, photo, face or restoration was asked for that the catalog does not have."""


class NameTaken(ExpectedError):
    """Another person has this name, or a file stands where one is to be written."""


class NoReferences(ExpectedError):
    """The person has no photo that could guide a restoration."""


class CatalogTooNew(ExpectedError):
    """The catalog was written by a newer version of the application."""


class CatalogBusy(ExpectedError):
    """Another window or command has the catalog open for writing."""


class CatalogDamaged(ExpectedError):
    """The catalog fails its integrity check."""


class ModelNotInstalled(ExpectedError):
    """The engine or its weights are not on this machine."""


class ModelRefused(ExpectedError):
    """A model file is damaged, foreign, or not the one its checksum names."""


class DeviceUnavailable(ExpectedError):
    """The device asked for (a GPU, say) cannot be used, and why."""


class DeviceOutOfMemory(ExpectedError):
    """The device has too little memory for this restoration."""


class CannotSign(ExpectedError):
    """The certificate, its key, or the package that signs exports cannot be used."""


class DeviceFailed(ExpectedError):
    """The device reported a fault in the middle of work: what was opened on it is of no use now."""


class DiskFull(ExpectedError):
    """There is no room left to write."""


class NotPermitted(ExpectedError):
    """The place may not be read or written by this user."""


class BadRequest(ExpectedError):
    """What was asked cannot be done as it was asked."""
