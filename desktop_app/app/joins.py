"""Joins what the screens wish to who fulfils it, and what changed to who must know."""

from desktop_app.app.parts import Parts


def join_decisions(parts: Parts) -> None:
    """Naming, confirming, dating, merging, forgetting; every screen hears what changed."""
    window, decisions, names = parts.window, parts.decisions, parts.names
    for wishes in (
        decisions,
        parts.looking,
        parts.comparing,
        parts.missed_faces,
        parts.restoring,
        parts.batch,
        parts.exporting,
        names,
    ):
        wishes.catalog_changed.connect(parts.bench.pictures.forget)
        wishes.catalog_changed.connect(window.refresh)
    for deciding in (decisions, names):  # not what reading folders finds: nobody decided
        deciding.catalog_changed.connect(names.follow)
    decisions.faces_decided.connect(parts.comparing.soon)
    window.undo_wanted.connect(decisions.undo)
    parts.bench.messages.undo_wanted.connect(decisions.undo)
    for dated in (parts.library, parts.photo):
        dated.date_wanted.connect(decisions.set_date)
    parts.photo.turn_wanted.connect(decisions.turn)
    parts.group.split_wanted.connect(decisions.split)
    for naming in (parts.photo, parts.people, parts.group, parts.person):
        naming.name_wanted.connect(decisions.name)
        naming.ignore_wanted.connect(decisions.ignore)
        naming.not_face_wanted.connect(decisions.not_faces)
    for judging in (parts.photo, parts.person):
        judging.confirm_wanted.connect(decisions.confirm)
        judging.reject_wanted.connect(decisions.reject)
    parts.people.take_back_wanted.connect(decisions.take_back)
    parts.people.person_back_wanted.connect(decisions.person_back)
    person = parts.person
    person.rename_wanted.connect(decisions.rename)
    person.years_wanted.connect(decisions.set_years)
    person.merge_wanted.connect(decisions.merge)
    person.ignore_person_wanted.connect(decisions.ignore_person)
    person.forget_wanted.connect(decisions.forget)
    person.reference_wanted.connect(decisions.choose_reference)
    parts.settings_screen.forget_all_wanted.connect(decisions.forget_all)


def join_looking(parts: Parts) -> None:
    """Reading folders and photos, looking harder at one, comparing the faces found."""
    looking, missed, comparing = parts.looking, parts.missed_faces, parts.comparing
    parts.library.rescan_wanted.connect(looking.look_at)
    parts.library.remove_folder_wanted.connect(looking.remove_folder)
    parts.library.seen.connect(looking.look_first)
    parts.library.pause_wanted.connect(looking.pause)
    parts.library.resume_wanted.connect(looking.resume)
    looking.looking_changed.connect(parts.library.show_looking)
    looking.catalog_changed.connect(parts.watching.follow)
    parts.watching.changed.connect(looking.look_again)
    looking.read_on.connect(comparing.now_and_then)
    looking.faces_found.connect(comparing.compare)
    parts.photo.draw_wanted.connect(missed.draw_face)
    parts.photo.rescan_wanted.connect(missed.rescan_photo)
    parts.upkeep.descriptions_dropped.connect(missed.describe_anew)
    missed.faces_added.connect(comparing.soon)
    missed.faces_described.connect(comparing.compare)


def join_names(parts: Parts) -> None:
    """Names that stand in the user's files."""
    names, screen = parts.names, parts.names_screen
    screen.look_wanted.connect(names.look)
    screen.take_wanted.connect(names.take)
    screen.write_wanted.connect(names.write)
    names.working.connect(screen.on_job)
    names.found.connect(screen.on_found)
    names.taken.connect(screen.on_taken)
    names.written.connect(screen.on_written)
    names.faces_decided.connect(parts.comparing.soon)
    parts.looking.catalog_changed.connect(names.look_at_new)


def join_restoring(parts: Parts) -> None:
    """Restoring a face or many, deciding on the results, exporting them."""
    restoring, batch = parts.restoring, parts.batch
    parts.restore.engine_wanted.connect(restoring.make_ready)
    parts.restore.restore_wanted.connect(restoring.restore)
    parts.restore.settings_wanted.connect(restoring.keep_settings)
    parts.restore.pin_wanted.connect(restoring.pin)
    parts.restore.unpin_wanted.connect(restoring.leave_to_choice)
    parts.restore.exclude_wanted.connect(restoring.exclude)
    restoring.restoring.connect(parts.restore.on_job)
    parts.person.restore_wanted.connect(batch.restore_person)
    parts.library.restore_wanted.connect(batch.restore_photos)
    parts.compare.accept_wanted.connect(restoring.accept)
    parts.compare.keep_original_wanted.connect(restoring.keep_original)
    parts.export.export_wanted.connect(parts.exporting.export)
    parts.exporting.exporting.connect(parts.export.on_job)
    parts.export.form.preset_change_wanted.connect(parts.exporting.change_presets)
    parts.exporting.presets_changed.connect(parts.export.form.show_presets)


def join_models(parts: Parts) -> None:
    """Installing, checking and removing models."""
    installing, screen = parts.installing, parts.models
    screen.install_wanted.connect(installing.install)
    screen.offer_wanted.connect(installing.ask_makers)
    screen.download_wanted.connect(installing.download)
    screen.verify_wanted.connect(installing.verify)
    screen.remove_wanted.connect(installing.remove)
    installing.offered.connect(screen.on_offered)
    installing.not_offered.connect(screen.on_not_offered)
    installing.working.connect(screen.on_job)
    installing.checked.connect(screen.on_checked)
    installing.models_changed.connect(screen.read_again)
    parts.settings_screen.about.versions_wanted.connect(parts.versions.look)
    parts.versions.answered.connect(parts.settings_screen.about.show_newest)
    engine = parts.engine_wishes
    screen.engine_look_wanted.connect(engine.look)
    screen.engine_offer_wanted.connect(engine.offer)
    screen.engine_install_wanted.connect(engine.install)
    screen.engine.verify_wanted.connect(engine.verify)
    screen.engine.remove_wanted.connect(engine.remove)
    engine.looked.connect(screen.on_engine)
    engine.offered.connect(screen.on_engine_offered)
    engine.working.connect(screen.engine.follow)
