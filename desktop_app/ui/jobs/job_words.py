"""What is said of a job: how far it is, and how it ended."""

from PySide6.QtCore import QCoreApplication

from desktop_app.ui import words
from desktop_app.ui.jobs.job_list import JobEntry, JobStatus


def status_words(entry: JobEntry) -> str:
    """ "34 of 120 · IMG_2041.jpg", "Waiting", "Done"."""
    progress = entry.progress
    if entry.status is JobStatus.WAITING:
        return _tr("Waiting")
    if entry.status is JobStatus.STOPPING:
        return _tr("Stopping after this photo")
    if entry.status is JobStatus.DONE:
        return _tr("Done")
    if entry.status is JobStatus.STOPPED:
        return _tr("Stopped; what was finished is kept")
    if entry.status is JobStatus.FAILED:
        return entry.why
    if progress is None:
        return _tr("Beginning")
    if progress.total is None:
        counted = words.number(progress.done) if progress.done else ""
    else:
        counted = _tr("{done} of {total}").format(
            done=words.number(progress.done), total=words.number(progress.total)
        )
    return " · ".join(part for part in (counted, words.shown(progress.what)) if part)


def _tr(text: str) -> str:
    return QCoreApplication.translate("jobs", text)
