"""Writers take turns."""

import threading
import time

import pytest

from desktop_app.catalog import Catalog
from desktop_app.catalog.turns import Turns

from .library import Library, new_face


def test_whoever_came_first_goes_first() -> None:
    turns = Turns()
    order: list[int] = []

    def go(number: int) -> None:
        with turns.turn():
            order.append(number)

    with turns.turn():
        threads = []
        for number in range(10):
            threads.append(threading.Thread(target=go, args=(number,)))
            threads[-1].start()
            while len(turns._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(10))


def test_a_busy_writer_lets_another_pass() -> None:
    turns = Turns()
    stop = threading.Event()
    taken = 0

    def index() -> None:
        nonlocal taken
        while not stop.is_set():
            with turns.turn():
                taken += 1
                time.sleep(0.002)

    thread = threading.Thread(target=index)
    thread.start()
    while taken < 3:
        time.sleep(0.001)
    for _ in range(5):
        before = taken
        with turns.turn():
            assert taken <= before + 2
    stop.set()
    thread.join()


def test_a_turn_is_given_back_after_an_error() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn():
        raise ZeroDivisionError
    with turns.turn():
        pass


def test_whoever_leaves_the_queue_does_not_stop_it() -> None:
    turns = Turns()
    done = threading.Event()

    class Impatient:
        def acquire(self) -> None:
            raise KeyboardInterrupt

    with turns.turn():
        gate = Impatient()
        turns._waiting.append((1, gate))  # type: ignore[arg-type]
        with pytest.raises(KeyboardInterrupt):
            turns._wait(1, gate)  # type: ignore[arg-type]

    def go() -> None:
        with turns.turn():
            done.set()

    thread = threading.Thread(target=go)
    thread.start()
    assert done.wait(5)
    thread.join()


def test_a_transaction_inside_a_transaction_is_our_bug(catalog: Catalog) -> None:
    with (
        pytest.raises(RuntimeError, match="inside a transaction"),
        catalog._file.write(),
    ):
        catalog.people.add("Anna")
    assert catalog.people.all() == []


def test_the_log_of_a_long_index_stays_small(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.catalog.engine.LOG_LIMIT", 400_000)
    catalog = library.catalog
    faces = [new_face(number, 100 * number) for number in range(4)]
    for number in range(40):
        library.photo(f"{number}.jpg", faces, content=str(number))
    assert 0 < catalog._file._log_size() < 2_000_000
    assert catalog.check() == []


def test_a_decision_and_an_index_at_once_lose_nothing(library: Library) -> None:
    catalog = library.catalog
    waiting = library.faces(30)
    stop = threading.Event()
    failures: list[BaseException] = []

    def index() -> None:
        number = 0
        try:
            while not stop.is_set():
                library.photo(f"new {number}.jpg", [new_face(number)])
                number += 1
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=index)
    thread.start()
    anna = catalog.people.add("Anna")
    for face in waiting:
        catalog.faces.confirm([face], anna)
    stop.set()
    thread.join()
    assert not failures
    assert {face.id for face in catalog.faces.of_person(anna)} == set(waiting)
    assert catalog.check() == []
