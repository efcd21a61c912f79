"""What uploads and downloads of processes that ended have left on the disk."""

import os
from datetime import timedelta
from pathlib import Path

from syndicate.importers.upload.place import folder_of
from syndicate.maintenance.transfers import TransferCleanup
from syndicate.storage import Store
from syndicate.storage.imports import StoredImport
from tests.clocks import FakeClock


async def test_what_a_killed_process_left_is_deleted_after_a_day(
    store: Store, clock: FakeClock, tmp_path: Path
) -> None:
    transfers = tmp_path / "transfers"
    cleanup = TransferCleanup(store, transfers, clock)
    await cleanup.apply()  # there is no such directory yet
    waiting = folder_of(transfers, "waiting")
    for folder in (transfers / "download-x", folder_of(transfers, "forgotten"), waiting):
        folder.mkdir(parents=True)
        (folder / "export.zip").write_bytes(b"x")
    new, old = transfers / "upload-new", transfers / "upload-old"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    link = transfers / "download-link"
    link.symlink_to(elsewhere)
    for file in (new, old):
        file.write_bytes(b"x")
    await store.transaction(
        lambda tx: tx.imports.add(StoredImport(id="waiting", name="export.zip", origin="", created=clock()))
    )
    for path in transfers.iterdir():
        age = timedelta(hours=23) if path == new else timedelta(hours=25)
        stamp = (clock() - age).timestamp()
        os.utime(path, (stamp, stamp), follow_symlinks=False)
    await cleanup.apply()
    assert set(transfers.iterdir()) == {new, waiting}
    assert elsewhere.is_dir()
