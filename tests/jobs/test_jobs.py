"""Jobs and lanes: what is told, in which thread, and how they end."""

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from desktop_app.domain.progress import Progress, Report
from desktop_app.jobs.job import Job
from desktop_app.jobs.runner import JobRunner, Lane


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    made.shutdown(5)


class Listener(QObject):
    """Writes down what it hears, and in which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.threads: set[QThread] = set()

    @Slot(object)
    def hear(self, what: object = None) -> None:
        self.heard.append(what)
        self.threads.add(QThread.currentThread())


def test_a_job_tells_its_result_in_the_thread_of_the_window(
    qtbot: QtBot, runner: JobRunner
) -> None:
    listener = Listener()
    worked_in = []

    def work(report: Report) -> int:
        worked_in.append(threading.get_ident())
        return 7

    job = Job("Counting", work)
    job.succeeded.connect(listener.hear)
    with qtbot.waitSignal(job.finished):
        runner.submit(Lane.INDEX, job)
    assert listener.heard == [7]
    assert listener.threads == {listener.thread()}
    assert worked_in != [threading.get_ident()]


def test_progress_that_the_window_has_no_time_for_is_left_out_but_never_the_last(
    qtbot: QtBot, runner: JobRunner
) -> None:
    listener = Listener()

    def work(report: Report) -> None:
        for number in range(20_000):
            report(Progress(number + 1, 20_000))

    job = Job("Counting", work)
    job.progressed.connect(listener.hear)
    with qtbot.waitSignal(job.finished, timeout=10_000):
        runner.submit(Lane.INDEX, job)
    qtbot.waitUntil(lambda: listener.heard[-1:] == [Progress(20_000, 20_000)])
    assert len(listener.heard) < 20_000


def test_a_cancelled_job_stops_at_its_next_report(qtbot: QtBot, runner: JobRunner) -> None:
    done = []

    def work(report: Report) -> None:
        for number in range(10_000):
            report(Progress(number, 10_000))
            done.append(number)
            time.sleep(0.001)

    job = Job("Counting", work)
    with qtbot.waitSignal(job.started):
        runner.submit(Lane.INDEX, job)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    assert 0 <= len(done) < 10_000


def test_a_job_cancelled_while_it_waits_is_never_begun(qtbot: QtBot, runner: JobRunner) -> None:
    gate = threading.Event()
    begun = []
    first = Job("First", lambda report: gate.wait(5))
    second = Job("Second", lambda report: begun.append(1))
    runner.submit(Lane.EXPORT, first)
    runner.submit(Lane.EXPORT, second)
    second.cancel()
    with qtbot.waitSignal(second.cancelled):
        gate.set()
    assert begun == []


def test_a_failure_is_told_with_its_error(qtbot: QtBot, runner: JobRunner) -> None:
    def work(report: Report) -> None:
        raise ValueError("broken")

    job = Job("Breaking", work)
    with qtbot.waitSignal(job.failed) as told:
        runner.submit(Lane.READ, job)
    assert isinstance(told.args[0], ValueError)


def test_jobs_of_one_lane_follow_one_another_and_lanes_run_beside_each_other(
    qtbot: QtBot, runner: JobRunner
) -> None:
    gate = threading.Event()
    order: list[str] = []

    def wait_at_gate(report: Report) -> None:
        gate.wait(5)
        order.append("index 1")

    first = Job("1", wait_at_gate)
    second = Job("2", lambda report: order.append("index 2"))
    beside = Job("3", lambda report: order.append("decide"))
    runner.submit(Lane.INDEX, first)
    runner.submit(Lane.INDEX, second)
    with qtbot.waitSignal(beside.finished):
        runner.submit(Lane.DECIDE, beside)
    with qtbot.waitSignal(second.finished):
        gate.set()
    assert order == ["decide", "index 1", "index 2"]


def test_whoever_follows_jobs_hears_of_a_job_before_it_can_begin(
    qtbot: QtBot, runner: JobRunner
) -> None:
    listener = Listener()

    class Follower(QObject):
        @Slot(object)
        def follow(self, job: Job) -> None:
            time.sleep(0.05)
            job.succeeded.connect(listener.hear)

    follower = Follower()
    runner.job_added.connect(follower.follow)
    job = Job("Quick", lambda report: "done")
    runner.submit(Lane.READ, job)
    qtbot.waitUntil(lambda: listener.heard == ["done"])


def test_shutdown_cancels_what_runs_and_what_waits(qtbot: QtBot) -> None:
    runner = JobRunner()
    ran = []

    def work(report: Report) -> None:
        for number in range(100_000):
            report(Progress(number, None))
            time.sleep(0.001)

    long = Job("Long", work)
    runner.submit(Lane.RESTORE, long)
    runner.submit(Lane.RESTORE, Job("Next", lambda report: ran.append(1)))
    begun = time.monotonic()
    assert runner.shutdown(5)
    assert time.monotonic() - begun < 2
    assert ran == []


def test_a_job_that_does_not_stop_in_time_is_said_to_run_on(qtbot: QtBot) -> None:
    runner = JobRunner()
    gate = threading.Event()
    begun = threading.Event()

    def work(report: Report) -> None:
        begun.set()
        gate.wait(10)

    runner.submit(Lane.RESTORE, Job("Deaf", work))
    assert begun.wait(5)
    assert not runner.shutdown(0.1)
    gate.set()


def test_a_job_submitted_after_the_end_is_cancelled(qtbot: QtBot) -> None:
    runner = JobRunner()
    runner.shutdown(1)
    job = Job("Late", lambda report: 1)
    with qtbot.waitSignal(job.cancelled):
        runner.submit(Lane.READ, job)
    assert runner.jobs() == []
