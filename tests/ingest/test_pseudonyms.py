"""Pseudonyms: what they are made of, who may read the key, and which key is none."""

import hashlib
import hmac
import os

import pyarrow as pa
import pytest

from ingest.pseudonyms import KeyRefused, Pseudonyms, new_key, pseudonyms_for, read_key
from ingest.return_format import load_formats, submitted_formats

KEY = bytes(range(7, 256, 8))[:32]
MADE = Pseudonyms("test", (KEY,))


def test_a_pseudonym_is_the_hmac_of_domain_and_id():
    by_hand = hmac.new(KEY.hex().encode(), b"372/child\x00C123", hashlib.sha256).hexdigest()[:32]

    made = MADE.of("372", "child", pa.array(["C123", None, " C123 ", "", "-1", "c123"]))

    assert made[:5].to_pylist() == [by_hand, None, by_hand, None, None]
    assert made[5].as_py() not in (None, by_hand)  # ids are compared with their case


def test_authority_kind_and_key_each_make_another_pseudonym():
    of_one = {
        pseudonyms.of(la_code, what, pa.array(["C1"]))[0].as_py()
        for pseudonyms in (MADE, Pseudonyms("other", (KEY[::-1],)))
        for la_code in ("372", "373")
        for what in ("child", "worker")
    }

    assert len(of_one) == 8


def test_every_child_has_one_kind_of_id_in_every_return():
    of_persons = {
        (fmt.name, f.name): f.identifies
        for fmt in load_formats().values()
        for f in fmt.fields
        if f.name.endswith("person_id")
    }

    assert len(of_persons) > 20
    assert set(of_persons.values()) == {"child"}


def test_no_id_is_left_as_it_came():
    """Only what the published tables name may stay: teams, posts' settings, and what is of no person."""
    clear = {
        f.name
        for fmt in submitted_formats().values()
        for f in fmt.fields
        if f.name.endswith("_id") and not f.identifies and f.type == "text"
    }

    assert clear == {"dept_team_id", "dept_team_parent_id", "team_id", "indicator_id"}


def test_a_new_key_is_read_back_and_no_other_user_can(tmp_path):
    made = new_key(tmp_path / "keys" / "key")

    assert read_key(tmp_path / "keys" / "key") == made
    assert (tmp_path / "keys" / "key").stat().st_mode & 0o777 == 0o400
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "key").read_text().strip() not in repr(made)
    with pytest.raises(KeyRefused, match="already"):
        new_key(tmp_path / "keys" / "key")


@pytest.mark.parametrize(
    ("said", "mode", "why"),
    [
        ("ab" * 32, 0o400, "not drawn at random"),
        ("00" * 32, 0o400, "not drawn at random"),
        (bytes(range(32)).hex(), 0o400, "not drawn at random"),
        (b"correct horse battery staple 1234".hex()[:64], 0o400, "not drawn at random"),
        (KEY.hex()[:62], 0o400, "not 64 hexadecimal"),
        ("", 0o400, "not 64 hexadecimal"),
        (hashlib.sha256(b"x").hexdigest(), 0o440, "open to other users"),
        (hashlib.sha256(b"x").hexdigest(), 0o404, "open to other users"),
    ],
)
def test_a_key_that_is_weak_or_open_is_refused(tmp_path, said, mode, why):
    path = tmp_path / "key"
    path.write_text(said)
    path.chmod(mode)

    with pytest.raises(KeyRefused, match=why) as refused:
        read_key(path)
    assert not said or said not in str(refused.value)


def test_a_key_is_a_plain_file(tmp_path):
    new_key(tmp_path / "key")
    (tmp_path / "link").symlink_to(tmp_path / "key")
    os.mkfifo(tmp_path / "pipe", 0o600)

    for name, why in (
        ("link", "cannot be opened"),
        ("pipe", "not a plain file"),
        ("none", "there is no key"),
    ):
        with pytest.raises(KeyRefused, match=why):
            read_key(tmp_path / name)


def test_records_take_no_other_key_than_their_own(tmp_path):
    mine = new_key(tmp_path / "mine")
    new_key(tmp_path / "other")
    (tmp_path / "key_id").write_text(mine.key_id + "\n")

    assert pseudonyms_for(tmp_path / "key_id", tmp_path / "mine") == mine
    with pytest.raises(KeyRefused, match="were landed with the key"):
        pseudonyms_for(tmp_path / "key_id", tmp_path / "other")


def test_a_key_that_goes_on_from_another_moves_every_pseudonym_and_keeps_what_joins(tmp_path):
    old = new_key(tmp_path / "old")
    new = new_key(tmp_path / "new", goes_on_from=tmp_path / "old")
    ids = pa.chunked_array([["C1", "C2", None, "C1"]])
    made = pa.chunked_array([old.of("372", "child", ids)])

    moved = new.moved_on(old, made)

    assert new.goes_on_from(old) and not old.goes_on_from(new)
    assert moved.equals(new.of("372", "child", ids))
    assert not set(moved.to_pylist()) & set(made.to_pylist()) - {None}
    assert moved[0] == moved[3] != moved[1]
    assert new.moved_on(old, pa.chunked_array([["North East", f"{made[0]}|2025-01-01"]])).to_pylist() == [
        "North East",
        f"{moved[0]}|2025-01-01",
    ]
