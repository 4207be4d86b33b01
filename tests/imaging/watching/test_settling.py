"""A folder is looked at when what is being copied into it is whole."""

from desktop_app.imaging.watching.settling import LONGEST_S, QUIET_S, STALLED_S, Settling


def test_nothing_told_is_nothing_to_look_at() -> None:
    settling = Settling()
    assert not settling.is_whole(1e9)


def test_an_import_of_2000_files_is_one_run() -> None:
    settling, now, runs = Settling(), 100.0, 0
    for number in range(2_000):
        settling.written(f"{number}.jpg", now)
        settling.closed(f"{number}.jpg", now + 0.1)
        now += 0.2
        runs += settling.is_whole(now)
    assert runs == 0
    assert not settling.is_whole(now + QUIET_S - 0.5)
    assert settling.is_whole(now + QUIET_S)
    settling.clear()
    assert not settling.is_whole(now + 1e6)


def test_a_file_still_being_written_holds_up_the_others_but_not_for_ever() -> None:
    settling = Settling()
    settling.note(0.0)
    settling.written("large.tif", 1.0)
    assert not settling.is_whole(STALLED_S)
    settling.closed("large.tif", 50.0)
    assert settling.is_whole(50.0 + QUIET_S)
    settling.written("stalled.tif", 60.0)
    assert settling.is_whole(60.0 + STALLED_S)


def test_a_file_that_went_while_it_was_written_holds_nothing_up() -> None:
    settling = Settling()
    settling.written("a.part.jpg", 0.0)
    settling.gone("a.part.jpg", 1.0)
    assert settling.is_whole(1.0 + QUIET_S)


def test_coming_and_going_without_end_is_looked_at_now_and_then() -> None:
    settling = Settling()
    for second in range(int(LONGEST_S) + 1):
        settling.note(float(second))
    assert settling.is_whole(LONGEST_S)
