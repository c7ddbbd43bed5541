"""Pseudonyms: what they are made of, who may read the key, and which key is none."""

import hashlib
import os
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from ingest.contracts.return_schema import load_formats, submitted_formats
from ingest.privacy.aes_cmac import NEAR, Mac
from ingest.privacy.key_file import InvalidKeyError, new_key, pseudonyms_for, read_key
from ingest.privacy.pseudonyms import Pseudonyms, as_text

KEY = bytes(range(7, 256, 8))[:32]
MADE = Pseudonyms("test", (KEY,))


def by_the_library(message: str, domain: str = "372/child") -> str:
    """The same pseudonym of one id, by the library's own AES-CMAC."""
    code = CMAC(algorithms.AES(KEY))
    code.update(hashlib.sha256(domain.encode()).digest()[:16] + message.encode())
    return code.finalize().hex()


def test_a_pseudonym_is_the_aes_cmac_of_domain_and_id():
    made = MADE.of("372", "child", pa.array(["C123", None, " C123 ", "", "-1", "c123"]))

    by_hand = by_the_library("C123")
    assert made.to_pylist() == [by_hand, None, by_hand, None, None, by_the_library("c123")]


@given(st.lists(st.text(min_size=1, max_size=70), min_size=1, max_size=20))
def test_ids_of_every_length_get_the_code_that_the_standard_gives(ids):
    heads = np.arange(32, dtype=np.uint8).reshape(2, 16)
    whose = np.arange(len(ids)) % 2

    made = Mac(KEY).of_text(heads, whose, pa.array(ids))

    for said, head, code in zip(ids, heads[whose], made, strict=True):
        one = CMAC(algorithms.AES(KEY))
        one.update(head.tobytes() + said.encode())
        assert code.tobytes() == one.finalize()


def test_a_column_of_many_pieces_is_coded_whole():
    many = pa.array([f"C{number}" for number in range(NEAR + 5)])

    made = MADE.of("372", "child", many)

    assert [made[0].as_py(), made[-1].as_py()] == [by_the_library("C0"), by_the_library(f"C{NEAR + 4}")]
    assert len(set(made.to_pylist())) == len(many)


def test_ids_land_as_uuids_of_the_same_digits():
    landed = MADE.landed(
        ["372", "373"], np.array([0, 1, 1]), "child", pa.chunked_array([["C1", None], ["C1"]])
    )

    of_one, of_other = (MADE.of(la_code, "child", pa.array(["C1"]))[0].as_py() for la_code in ("372", "373"))
    assert landed.to_pylist() == [UUID(of_one), None, UUID(of_other)]
    assert as_text(landed.slice(1)).to_pylist() == [None, of_other]


def test_what_other_forms_make_of_pseudonyms_lands_as_one_and_is_told_apart():
    pseudonym = MADE.of("372", "child", pa.array(["C1"]))[0].as_py()
    text = pa.array([pseudonym, f"{pseudonym}|2025-01-01", None, f"{pseudonym}|2025-01-02", pseudonym])

    landed = MADE.pseudonymise_derived(text).to_pylist()

    assert landed[0] == landed[4] == UUID(pseudonym)
    assert landed[2] is None
    assert len(set(landed)) == 4
    assert MADE.pseudonymise_derived(pa.array([None, None], pa.string())).to_pylist() == [None, None]


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
    with pytest.raises(InvalidKeyError, match="already"):
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

    with pytest.raises(InvalidKeyError, match=why) as refused:
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
        with pytest.raises(InvalidKeyError, match=why):
            read_key(tmp_path / name)


def test_records_take_no_other_key_than_their_own(tmp_path):
    mine = new_key(tmp_path / "mine")
    new_key(tmp_path / "other")
    (tmp_path / "key_id").write_text(mine.key_id + "\n")

    assert pseudonyms_for(tmp_path / "key_id", tmp_path / "mine") == mine
    with pytest.raises(InvalidKeyError, match="were landed with the key"):
        pseudonyms_for(tmp_path / "key_id", tmp_path / "other")


def test_a_key_that_goes_on_from_another_moves_every_pseudonym_and_keeps_what_joins(tmp_path):
    old = new_key(tmp_path / "old")
    new = new_key(tmp_path / "new", derives_from=tmp_path / "old")
    ids = pa.array(["C1", "C2", None, "C1"])
    made = old.of("372", "child", ids)

    moved = new.moved_on(old, made)

    assert new.derives_from(old) and not old.derives_from(new)
    assert moved.equals(new.of("372", "child", ids))
    assert not set(moved.to_pylist()) & set(made.to_pylist()) - {None}
    assert moved[0] == moved[3] != moved[1]
    assert new.moved_on(old, pa.array(["North East", f"{made[0]}|2025-01-01"])).to_pylist() == [
        "North East",
        f"{moved[0]}|2025-01-01",
    ]


def test_landed_pseudonyms_move_on_as_their_text_does(tmp_path):
    old = new_key(tmp_path / "old")
    new = new_key(tmp_path / "new", derives_from=tmp_path / "old")
    said = old.of("372", "child", pa.array(["C1", "C2", None]))
    text = pa.array([said[0].as_py(), f"{said[0]}|2025-01-01", None, said[1].as_py()])
    moved = new.moved_on(old, text)
    made = pa.table(
        {"before": old.pseudonymise_derived(text[1:2]), "after": new.pseudonymise_derived(moved[1:2])}
    )

    landed = new.landed_rotated(old, old.pseudonymise_derived(text), made)

    assert landed.to_pylist() == new.pseudonymise_derived(moved).to_pylist()
    assert len(set(landed.to_pylist())) == 4
