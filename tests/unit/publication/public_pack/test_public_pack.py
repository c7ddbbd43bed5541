"""The public pack over releases: what is out is a fact, and nothing that is hidden can be worked out."""

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.public_pack import Judge
from publication.public_pack import methodology
from publication.public_pack import write as public_pack
from publication.public_pack.disclosure import audit, design, ledger, long_table, relations
from tests.support.attacker import Said, attack, learn, narrowed, said_by
from tests.support.warehouses import warehouse
from tests.support.worlds import catalogue, members, placed

MONTH = 12 * 2025 + 2  # March 2025
OF = members().query("la_code == '857'")


def shown(pack: long_table.Pack, indicator: str, la_code: str = "857", month: int = MONTH) -> dict[str, str]:
    """The status of each breakdown of a figure of a month or a day."""
    rows = pack.printed[
        (pack.printed["area_code"] == la_code)
        & (pack.printed["indicator_id"] == indicator)
        & ~pack.printed["period_basis"].isin(["quarter", "year_to_date"])
        & (pack.printed["period_end"].dt.year * 12 + pack.printed["period_end"].dt.month - 1 == month)
    ]
    return dict(zip(rows["breakdown"], rows["status"], strict=True))


def two_releases(tmp_path: Path, *bases: pd.DataFrame) -> list[public_pack.Ended]:
    """The packs of releases 1, 2 and so on, each with the ledger of those before it."""
    found = []
    for number, base in enumerate(bases, start=1):
        kept = public_pack.Kept(tmp_path / "ledger", list(range(1, number)))
        folder = tmp_path / f"{number}"
        found.append(public_pack.publish(warehouse(base), folder, kept, number, "2025-03", Judge()))
    return found


def plans(closing: int) -> pd.DataFrame:
    """Eight plans, eight more, and so many left at the end, all for neglect."""
    return placed(
        OF,
        ("cp_open", MONTH - 1, 8),
        ("cp_started", MONTH, 8),
        ("cp_open", MONTH, closing),
        *[("cp_category_pct", MONTH, (closing if of == "NEG" else 0, closing), of) for of in ("NEG", "PHY")],
    )


def test_a_restated_total_is_hidden_with_its_public_categories_and_the_release_is_not_stuck(tmp_path):
    # 8 + 8 - 10 = 6 ended; restated to 12, 4 did: the total gives way, and 0.0% of it was public
    first, second = two_releases(tmp_path, plans(10), plans(12))

    assert (first.state, second.state, second.because) == ("made", "made", None)
    with duckdb.connect(str(tmp_path / "2" / "public.duckdb"), read_only=True) as db:
        [(shown,)] = db.sql(
            "select count(*) from figures where status = 'shown' and indicator_id = 'cp_category_pct'"
        ).fetchall()
    assert shown == 0


def test_what_is_out_already_is_left_out_by_name_and_the_pack_goes_out(tmp_path):
    base = plans(10)
    [first] = two_releases(tmp_path, base)
    # as if an earlier pack had shown what tells three ends: nothing that is hidden now can help
    kept = tmp_path / "ledger"
    before = ledger.read(kept, [1])
    told = before["indicator_id"].eq("cp_open") & before["month"].eq(MONTH)
    ledger.write(kept, before.assign(numerator=before["numerator"].mask(told, 13)), 1)
    ended = public_pack.publish(
        warehouse(plans(13)), tmp_path / "again", public_pack.Kept(kept, [1]), 2, "2025-03", Judge()
    )

    assert ended.state == "made"
    assert {(one["la_code"], one["indicator_id"], one["months"]) for one in ended.left_out} >= {
        ("857", "cp_open", "2025-02 2025-03"),
        ("857", "cp_started", "2025-03"),
    }
    of = "indicator_id in ('cp_started', 'cp_category_pct')"  # the shares of a total tell it
    with duckdb.connect(str(tmp_path / "again" / "public.duckdb"), read_only=True) as db:
        said = db.sql(f"select distinct status from figures where {of}").fetchall()
    assert said == [("left_out",)]


def test_what_the_gate_stops_is_left_out_and_the_rest_goes_out(tmp_path, monkeypatch):
    real = long_table.make

    def careless(*given) -> long_table.Pack:
        pack = real(*given)
        small = pack.printed["indicator_id"].eq("s47_started") & pack.printed["status"].eq("c")
        printed = pack.printed.assign(
            status=pack.printed["status"].mask(small, "shown"), value=pack.printed["value"].mask(small, 3.0)
        )
        return long_table.replace(pack, printed=printed)

    monkeypatch.setattr(long_table, "make", careless)
    base = placed(OF, ("s47_started", MONTH, 3), ("icpc_held", MONTH, 9))
    [ended] = two_releases(tmp_path, base)

    assert ended.state == "made"
    assert [(one["la_code"], one["indicator_id"]) for one in ended.left_out] == [("857", "s47_started")]
    assert ended.left_out[0]["suggested_action"] == public_pack.STOPPED
    kept = ledger.read(tmp_path / "ledger", [1]).set_index("indicator_id")["is_shown"]
    assert dict(kept) == {"icpc_held": True, "s47_started": False}


def of_version(version: str, part: pa.Table) -> pa.Table:
    """A part of the ledger as another version of the code would write it."""
    return part.replace_schema_metadata(
        {**(part.schema.metadata or {}), ledger.ABOUT_VERSION: version.encode()}
    )


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda file: file.unlink(), "has nothing of release 1"),
        (lambda file: file.write_bytes(b"PAR1"), "cannot be read for release 1"),
        (
            lambda file: ledger.write(file.parent, ledger.read(file.parent, [1])[:1], 1),
            "not as release 1 wrote",
        ),
        (lambda file: pq.write_table(of_version("2", pq.read_table(file)), file), "is of version 2"),
    ],
)
def test_without_the_ledger_of_an_earlier_pack_there_is_none_and_a_sentence(tmp_path, harm, said):
    base = placed(OF, ("s47_started", MONTH, 3), ("icpc_held", MONTH, 9))
    [first] = two_releases(tmp_path, base)
    harm(tmp_path / "ledger" / "000001.parquet")
    kept = public_pack.Kept(tmp_path / "ledger", [1], {1: first.ledger_sha256})
    ended = public_pack.publish(warehouse(base), tmp_path / "2", kept, 2, "2025-03", Judge())

    assert ended.state == "refused"
    assert said in str(ended.because)
    assert "restore" in str(ended.because) or "run the code that wrote" in str(ended.because)
    assert not (tmp_path / "2").exists()


def test_an_authority_that_leaves_has_no_figures_and_what_was_hidden_of_it_stays_so_when_it_comes_back(
    tmp_path,
):
    both = members().query("la_code in ('857', '855')")
    here, there = ("857", "s47_started", MONTH, 9), ("855", "s47_started", MONTH, 3)
    ended = two_releases(
        tmp_path, placed(both, here, there), placed(OF, here),
        placed(both, here, ("855", "s47_started", MONTH, 9)),
    )  # fmt: skip

    assert [one.state for one in ended] == ["made"] * 3
    said = []
    for number in (1, 2, 3):
        with duckdb.connect(str(tmp_path / f"{number}" / "public.duckdb"), read_only=True) as db:
            said.append(
                db.sql("select area_code, status from figures where geographic_level = 'Local authority' "
                       "and period_basis = 'month' order by all").fetchall()
            )  # fmt: skip
    assert said == [[("855", "c"), ("857", "shown")], [("857", "shown")], [("855", "c"), ("857", "shown")]]


def test_a_world_where_nothing_can_be_shown_has_a_pack_of_symbols(tmp_path):
    base = placed(
        OF, ("cp_open", MONTH, 3), ("cp_started", MONTH, 2), ("cp_2y_open_pct", MONTH, (1, 3)),
        ("s47_started", MONTH, 4), ("wf_agency_fte", MONTH, 1.5), ("adopt_a1_days", MONTH, (900, 3)),
        *[("cp_category_pct", MONTH, (int(of == "NEG") * 3, 3), of) for of in ("NEG", "PHY")],
    )  # fmt: skip
    [ended] = two_releases(tmp_path, base)

    assert (ended.state, ended.left_out) == ("made", ())
    with duckdb.connect(str(tmp_path / "1" / "public.duckdb"), read_only=True) as db:
        assert db.sql("select distinct status from figures").fetchall() == [("c",)]


def test_a_world_without_a_figure_has_no_pack_and_a_sentence(tmp_path):
    [ended] = two_releases(tmp_path, placed(OF, ("s47_started", MONTH, 9))[:0])

    assert ended.state == "refused"
    assert "have no figure" in str(ended.because)


def test_a_gap_in_the_ledger_is_found_by_what_came_after_it(tmp_path):
    first = placed(OF, ("s47_started", MONTH, 3))
    second = placed(OF, ("s47_started", MONTH, 9))
    two_releases(tmp_path, first, second)
    (tmp_path / "ledger" / "000001.parquet").unlink()

    with pytest.raises(ledger.IncompleteLedgerError, match="nothing of release 1"):
        ledger.read(tmp_path / "ledger", [1, 2])


def test_a_release_with_a_public_folder_owes_its_part_of_the_ledger(tmp_path):
    (tmp_path / "000001" / "public").mkdir(parents=True)
    (tmp_path / "000002").mkdir()
    said = '{"public_pack": {"ledger_sha256": "ab"}}'
    (tmp_path / "000001" / "manifest.json").write_text(said, encoding="utf-8")

    assert ledger.owed(tmp_path, [1, 2, 3]) == {1: "ab"}


def region_of(*counts: int) -> long_table.Pack:
    of = members(3 * len(counts)).assign(region_code=lambda d: ["R0"] * len(d))
    base = placed(of, *[(f"{n:03d}", "s47_started", MONTH, count) for n, count in enumerate(counts, 1)])
    return long_table.make(base, of[: len(counts)], ledger.empty(), 1)


def test_a_region_is_hidden_where_noughts_and_low_would_tell_that_each_hidden_count_is_one():
    # printed: four c, six noughts; low is 1 to 4, and a c is not nought
    assert shown(region_of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0), "s47_started", "R0") == {"all": "c"}


def test_a_region_is_shown_where_hidden_counts_keep_four_values():
    assert shown(region_of(3, 2, 4, 3, 2, 3, 30, 41), "s47_started", "R0") == {"all": "shown"}


@pytest.mark.parametrize(
    ("share", "whole", "of"),
    [
        ("contact_decision_1wd_pct", "contacts_received", 20),
        ("referral_decision_1wd_pct", "referrals_received", 20),
        ("s47_to_icpc_pct", "s47_started", 20),
        ("cla_initial_health_20wd_pct", "cla_started", 20),
        ("re_referrals_12m_pct", "referrals_received", 20),
        ("contact_decision_1wd_pct", "contacts_received", 19),
        ("cp_visit_20wd_pct", "cp_open", 17),
        # of reviews a reader does not know how many were held: of few, the hidden share may be of none
        ("rcpc_intime_pct", "cp_open", 20),
    ],
)
def test_a_region_s_low_share_tells_as_a_count_does_where_it_is_known_to_be_of_enough(share, whole, of):
    # ten authorities: four shares hidden of one child of twenty each, six of nobody; four in all are low
    region = members(10).assign(region_code="R0")
    figures = [
        figure
        for number in range(1, 11)
        for figure in (
            (f"{number:03d}", whole, MONTH, 20), (f"{number:03d}", share, MONTH, (int(number < 5), of)),
        )
    ]  # fmt: skip
    pack = long_table.make(placed(region, *figures), region, ledger.empty(), 1)

    assert shown(pack, share, "R0") == {"all": "low" if share == "rcpc_intime_pct" else "c"}


def one_pack(*figures: tuple) -> long_table.Pack:
    return long_table.make(placed(OF, *figures), members(), ledger.empty(), 1)


def behind(pack: long_table.Pack, *indicators: str) -> dict[str, str]:
    return {name: shown(pack, name)["all"] for name in indicators}


def test_agency_staff_cannot_be_worked_out_of_vacancies_their_rate_and_the_rate_after_cover():
    # 5.0 of 18.2% is 27.5 posts; 10.9% net of them is 3.0; so 2.0
    said = behind(
        one_pack(
            ("wf_vacancies_fte", MONTH, 5.0), ("wf_vacancy_rate", MONTH, (5.0, 27.5)),
            ("wf_vacancy_rate_net_agency", MONTH, (3.0, 27.5)), ("wf_agency_fte", MONTH, 2.0),
        ),
        "wf_agency_fte", "wf_vacancies_fte", "wf_vacancy_rate", "wf_vacancy_rate_net_agency",
    )  # fmt: skip

    # one gives way, and it is the one that tells a reader least
    assert said == {
        "wf_agency_fte": "c",
        "wf_vacancies_fte": "shown",
        "wf_vacancy_rate": "shown",
        "wf_vacancy_rate_net_agency": "c",
    }


def not_sent(base: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The same where a count did not come, or is held."""
    lost = base["indicator_id"].eq(indicator) & base["breakdown"].eq("all")
    gone = {"numerator": None, "value": None}
    return base.assign(
        value_status=base["value_status"].mask(lost, "withheld"),
        **{column: base[column].mask(lost) for column in gone},
    )


@pytest.mark.parametrize("is_sent", [True, False])
def test_a_rate_is_not_shown_where_its_count_is_few_or_is_not_there(is_sent):
    # 60 at 66.7 a ten thousand are of 9,000; of them 4.4 a ten thousand are 4
    base = placed(
        OF, ("cp_open", MONTH, 4), ("cp_rate_10k", MONTH, (4, 9000)), ("cin_open", MONTH, 60),
        ("cin_rate_10k", MONTH, (60, 9000)),
    )  # fmt: skip
    pack = long_table.make(base if is_sent else not_sent(base, "cp_open"), members(), ledger.empty(), 1)

    assert behind(pack, "cp_rate_10k", "cin_rate_10k") == {"cp_rate_10k": "c", "cin_rate_10k": "shown"}


def test_a_rate_said_without_its_count_is_not_available():
    base = placed(OF, ("s47_started", MONTH, 9), ("cp_rate_10k", MONTH, (4, 9000)))
    alone = base["indicator_id"].eq("cp_rate_10k")
    base = base.assign(numerator=base["numerator"].mask(alone), denominator=base["denominator"].mask(alone))
    pack = long_table.make(base, members(), ledger.empty(), 1)

    assert behind(pack, "cp_rate_10k") == {"cp_rate_10k": "x"}


@pytest.mark.parametrize("is_sent", [True, False])
def test_categories_are_shown_with_their_total_and_not_without(is_sent):
    # 70.0 of ten are 7, and what is left of them is 3
    base = placed(
        OF, ("cp_open", MONTH, 40), ("cp_category_pct", MONTH, (28, 40), "NEG"),
        ("cp_category_pct", MONTH, (12, 40), "PHY"),
    )  # fmt: skip
    pack = long_table.make(base if is_sent else not_sent(base, "cp_open"), members(), ledger.empty(), 1)

    assert shown(pack, "cp_category_pct") == dict.fromkeys(("NEG", "PHY"), "shown" if is_sent else "c")


def test_a_rate_goes_with_the_vacancies_that_give_way_so_no_check_stops_it(tmp_path):
    # 1.4 of 16 posts are vacant, 0.4 after the one agency worker
    figures = (
        ("wf_vacancies_fte", MONTH, 1.4), ("wf_vacancy_rate", MONTH, (1.4, 16.0)),
        ("wf_vacancy_rate_net_agency", MONTH, (0.4, 16.0)), ("wf_agency_fte", MONTH, 1.0),
        ("wf_vacancy_rate_projected", MONTH, (1.4, 16.0)), ("s47_started", MONTH, 9),
    )  # fmt: skip
    [ended] = two_releases(tmp_path, placed(OF, *figures))

    assert (ended.state, ended.left_out) == ("made", ())
    assert behind(one_pack(*figures), "wf_vacancies_fte", "wf_vacancy_rate") == {
        "wf_vacancies_fte": "c",
        "wf_vacancy_rate": "c",
    }


def turnover(leavers_now: int, leavers_then: int) -> long_table.Pack:
    """Thirteen months of leavers, and the turnover of two hundred permanent staff in the last two."""
    left = [leavers_then, 7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, leavers_now]
    months = range(MONTH - 12, MONTH + 1)
    staff = [
        figure
        for month in (MONTH - 1, MONTH)
        for figure in (
            ("wf_vacancies_fte", month, 30.0), ("wf_vacancy_rate", month, (30.0, 230.0)),
            ("wf_turnover_rate", month, (float(sum(left[:12] if month < MONTH else left[1:])), 200.0)),
        )
    ]  # fmt: skip
    return one_pack(*[("wf_leavers", m, n) for m, n in zip(months, left, strict=True)], *staff)


def test_leavers_of_a_month_cannot_be_worked_out_of_a_step_of_the_turnover():
    # two hundred staff, and twelve months to each: from 87 leavers to 91 is four more, so 5 now and 1 then
    pack = turnover(leavers_now=5, leavers_then=1)

    assert shown(pack, "wf_leavers") == {"all": "c"}
    assert "c" in (
        shown(pack, "wf_turnover_rate")["all"],
        shown(pack, "wf_turnover_rate", month=MONTH - 1)["all"],
    )


def test_a_step_of_the_turnover_of_few_staff_tells_without_the_months_between():
    # twenty staff: from 8 leavers to 12 is four more to within one, so of 1 to 5 the 5 was 3, 4 or 5
    staff = [
        figure
        for month, left in ((MONTH - 1, 8.0), (MONTH, 12.0))
        for figure in (
            ("wf_vacancies_fte", month, 3.0), ("wf_vacancy_rate", month, (3.0, 23.0)),
            ("wf_turnover_rate", month, (left, 20.0)),
        )
    ]  # fmt: skip
    pack = one_pack(("wf_leavers", MONTH - 12, 1), ("wf_leavers", MONTH, 5), *staff)

    assert "c" in (
        shown(pack, "wf_turnover_rate")["all"],
        shown(pack, "wf_turnover_rate", month=MONTH - 1)["all"],
    )


def test_a_turnover_that_tells_nothing_of_a_month_is_shown():
    pack = turnover(leavers_now=9, leavers_then=8)

    assert shown(pack, "wf_turnover_rate") == {"all": "shown"}


def test_plans_started_cannot_be_worked_out_of_conferences_and_the_share_that_became_plans():
    # 6 of 30 became plans, and 5 started: to within one, the share tells them
    figures = ("icpc_held", MONTH, 30), ("icpc_to_plan_pct", MONTH, (6, 30)), ("cp_started", MONTH, 5)

    assert behind(one_pack(*figures), "icpc_held", "icpc_to_plan_pct", "cp_started") == {
        "icpc_held": "shown",
        "icpc_to_plan_pct": "c",
        "cp_started": "c",
    }


def test_a_total_hidden_for_the_sake_of_conferences_takes_its_categories_along():
    # 39 plans, then 43: at least 4 began, so 3 to 5 conferences were held; and so in the month after, to 48.
    # The 43 tells of both, and 27.9% and 55.8% of a total are 12 and 24 of 43
    figures = (
        ("cp_open", MONTH - 1, 39), ("cp_started", MONTH, 4), ("cp_open", MONTH, 43),
        ("cp_category_pct", MONTH, (12, 43), "EMO"), ("cp_category_pct", MONTH, (24, 43), "NEG"),
        ("cp_category_pct", MONTH, (7, 43), "PHY"),
        ("icpc_held", MONTH, 4), ("icpc_to_plan_pct", MONTH, (4, 4)),
        ("cp_started", MONTH + 1, 5), ("cp_open", MONTH + 1, 48),
        ("icpc_held", MONTH + 1, 4), ("icpc_to_plan_pct", MONTH + 1, (4, 4)),
    )  # fmt: skip
    pack = one_pack(*figures)

    assert shown(pack, "cp_open") == {"all": "c"}
    assert set(shown(pack, "cp_category_pct").values()) == {"c"}
    found = attack(learn([pack.printed], [placed(OF, *figures)], {}))
    assert len(found.exact) + len(found.tight) + found.inconsistent == 0


def test_every_relation_names_indicators_and_is_on_the_page_of_each():
    about = catalogue()
    for relation in relations.relations():
        for name in {relation.indicator_id, *relation.others} - {"population"}:
            lines = methodology.tied_to_in_words(name, str(about.loc[name, "bases"]))
            assert any(relation.written in line for line in lines), (name, relation.written)


def test_a_term_that_makes_no_sense_is_named():
    with pytest.raises(ValueError, match="did not understand 'cp_open'"):
        relations.terms_of("+cp_started cp_open")


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What the pages of a pack say hangs together, as the attacker reads it."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "methodology").mkdir()
    about = catalogue().reset_index().assign(role="")
    methodology.write(folder, about, public_pack.COLUMNS, public_pack.STATUSES, public_pack.ABOUT)
    return said_by(folder)


def told(figures: list[tuple], said: Said, of: pd.DataFrame = OF) -> int:
    """How many hidden figures an attacker narrows to fewer than four values, of a pack made now."""
    base = placed(of, *figures)
    pack = long_table.make(base, of, ledger.empty(), 1)
    found = attack(learn([pack.printed], [base], {}, said))
    assert not found.inconsistent
    return len(found.exact) + len(found.tight)


# plans of which enough began and ended
A_CHAIN = (("cp_open", MONTH - 1, 60), ("cp_started", MONTH, 20), ("cp_open", MONTH, 70))


@pytest.mark.parametrize(
    ("of", "terms", "figures"),
    [
        # six contacts, and five or six with a decision due: the share of five is hidden
        ("contact_decision_1wd_pct", "+contacts_received -contact_decision_1wd_pct.d",
         [("contacts_received", MONTH, 6), ("contact_decision_1wd_pct", MONTH, (3, 5))]),
        ("referral_decision_1wd_pct", "+referrals_received -referral_decision_1wd_pct.d",
         [("referrals_received", MONTH, 6), ("referral_decision_1wd_pct", MONTH, (3, 5))]),
        ("s47_to_icpc_pct", "+s47_started -s47_to_icpc_pct.d",
         [("s47_started", MONTH, 6), ("s47_to_icpc_pct", MONTH, (3, 5))]),
        ("cla_initial_health_20wd_pct", "+cla_started -cla_initial_health_20wd_pct.d",
         [("cla_started", MONTH, 6), ("cla_initial_health_20wd_pct", MONTH, (3, 5))]),
        # three more in need, so of 1 to 5 referrals there were 3, 4 or 5
        ("cin_open", "+referrals_received +cin_open@-1",
         [("cin_open", MONTH - 1, 40), ("referrals_received", MONTH, 4), ("cin_open", MONTH, 43)]),
        # four assessments fewer are open, and none but single ones are completed: 4 or 5 of them
        ("assessments_open", "+assessments_open +ia_completed",
         [("assessments_open", MONTH - 1, 20), ("assessments_open", MONTH, 16), ("ia_completed", MONTH, 0),
          ("ca_completed", MONTH, 0), ("single_completed", MONTH, 5)]),
        # twelve in need, ten on a plan of need: of protection plans there are two at most
        ("cin_plans_open", "+cin_open -cin_plans_open -cp_open",
         [("cin_open", MONTH, 12), ("cin_plans_open", MONTH, 10), ("cp_open", MONTH, 2)]),
        ("cin_plans_open", "+cin_open -cin_plans_open -cla_open",
         [("cin_open", MONTH, 12), ("cin_plans_open", MONTH, 10), ("cla_open", MONTH, 2)]),
        # four more on a plan for two years: of 5 conferences then, 3, 4 or 5
        ("cp_2y_open_count", "+cp_started@-24 +cp_2y_open_count@-1",
         [("cp_started", MONTH - 24, 4), ("icpc_held", MONTH - 24, 5),
          ("icpc_to_plan_pct", MONTH - 24, (4, 5)),
          *[figure for month, many in ((MONTH - 1, 10), (MONTH, 14))
            for figure in (("cp_open", month, 60), ("cp_2y_open_count", month, many))]]),
        # sixty children allocated: one or two workers with more than 25
        ("wf_caseload_over_threshold", "+wf_caseload_total -26*",
         [("wf_caseload_total", MONTH, 60), ("wf_caseload_over_threshold", MONTH, 2)]),
        # six children adopted, and one of them with no date: the mean of five is hidden, as is their number
        ("adopt_a10_days", "+adopt_a10_days.d -adopt_a1_days.d",
         [("adopt_a1_days", MONTH, (1500, 5)), ("adopt_a10_days", MONTH, (1800, 6))]),
        ("adopt_a2_days", "+adopt_a2_days.d -adopt_a1_days.d",
         [("adopt_a1_days", MONTH, (1500, 5)), ("adopt_a2_days", MONTH, (1800, 6))]),
        # six of twenty contacts led to a referral: of 1 to 5 referrals there were 5
        ("contacts_to_referral_pct", "+contacts_to_referral_pct -referrals_received",
         [("contacts_received", MONTH, 20), ("contacts_to_referral_pct", MONTH, (6, 20)),
          ("referrals_received", MONTH, 5)]),
        # of thirty referrals 24 were assessed, and but for one the others were closed at once: 5 of 1 to 5
        ("referrals_to_assessment_pct", "+referrals_received -referrals_nfa_pct",
         [("referrals_received", MONTH, 30), ("referrals_to_assessment_pct", MONTH, (24, 30)),
          ("referrals_nfa_pct", MONTH, (5, 30))]),
        # ten were overdue, six were completed late: of six open, four at least are overdue
        ("assessments_open_overdue", "+assessments_open_overdue +ia_completed",
         [*A_CHAIN, ("assessments_open", MONTH - 1, 60), ("assessments_open_overdue", MONTH - 1, 10),
          ("ia_completed", MONTH, 0), ("ia_intime_pct", MONTH, (0, 0)),
          ("ca_completed", MONTH, 0), ("ca_35wd_pct", MONTH, (0, 0)),
          ("single_completed", MONTH, 60), ("single_45wd_pct", MONTH, (54, 60)),
          ("assessments_open", MONTH, 6), ("assessments_open_overdue", MONTH, 4)]),
        # eight were open, six of them were completed late: two at most are overdue
        ("assessments_open_overdue", "+assessments_open@-1 -assessments_open_overdue",
         [*A_CHAIN, ("assessments_open", MONTH - 1, 8), ("ca_completed", MONTH, 0),
          ("ca_35wd_pct", MONTH, (0, 0)), ("single_completed", MONTH, 20),
          ("single_45wd_pct", MONTH, (14, 20)),
          ("assessments_open", MONTH, 40), ("assessments_open_overdue", MONTH, 2)]),
        # six meetings: of 1 to 5 enquiries there were 5
        ("s47_started", "+strategy_meetings",
         [("strategy_meetings", MONTH, 6), ("s47_started", MONTH, 5)]),
        # eighteen more in need by twenty referrals: two at most came to nothing
        ("cin_open", "+referrals_received -referrals_nfa_pct",
         [("cin_open", MONTH - 1, 40), ("referrals_received", MONTH, 20),
          ("referrals_nfa_pct", MONTH, (2, 20)), ("cin_open", MONTH, 58)]),
        # nobody came back: of 1 to 5 one had gone
        ("cla_missing_children", "+cla_missing_children",
         [("cla_missing_children", MONTH, 1), ("rhi_72h_pct", MONTH, (0, 0))]),
    ],
)  # fmt: skip
def test_what_a_relation_tells_is_protected_and_is_found_where_protection_lacks_it(
    of, terms, figures, said, monkeypatch
):
    rows = [r for r in relations.relations() if r.indicator_id == of and r.written.startswith(terms)]
    assert rows
    assert told(figures, said) == 0

    kept = [r for r in relations.relations() if r not in rows]
    monkeypatch.setattr(relations, "relations", lambda: kept)
    assert told(figures, said) > 0


def test_the_leavers_of_a_month_are_not_told_by_the_posts_that_became_vacant():
    # 13 less 10 posts, and nobody began: of 1 to 5 leavers there were 2, 3 or 4
    pack = one_pack(
        ("wf_vacancies_fte", MONTH - 1, 10), ("wf_vacancies_fte", MONTH, 13),
        ("wf_leavers", MONTH, 3), ("wf_starters", MONTH, 0),
    )  # fmt: skip

    assert shown(pack, "wf_leavers") == {"all": "c"}
    assert "c" in (
        shown(pack, "wf_starters")["all"],
        shown(pack, "wf_vacancies_fte")["all"],
        shown(pack, "wf_vacancies_fte", month=MONTH - 1)["all"],
    )


@pytest.mark.parametrize(("indicator_id", "known"), [("cla_dental_pct", 10), ("wf_agency_rate", 20)])
def test_a_share_reported_without_what_it_counts_is_not_printed(indicator_id, known):
    # 20% of 10 is 2, which the share alone would tell
    base = placed(OF, (indicator_id, MONTH, (2, known)), ("cla_open", MONTH, 40))
    is_reported = base["indicator_id"] == indicator_id
    base["numerator"] = base["numerator"].mask(is_reported)
    base["value_status"] = base["value_status"].mask(is_reported, "reported")
    pack = long_table.make(base, OF, ledger.empty(), 1)

    assert shown(pack, indicator_id) == {"all": "x"}


def test_minutes_owed_are_not_told_by_those_owed_a_month_ago():
    # none were due, and six were owed before: of 1 to 5 still 5
    pack = one_pack(
        ("conference_minutes_backlog", MONTH - 1, 6), ("conference_minutes_intime_pct", MONTH, (0, 0)),
        ("conference_minutes_backlog", MONTH, 5),
    )  # fmt: skip

    assert shown(pack, "conference_minutes_backlog") == {"all": "c"}
    assert "c" in (
        shown(pack, "conference_minutes_intime_pct")["all"],
        shown(pack, "conference_minutes_backlog", month=MONTH - 1)["all"],
    )


def test_what_is_left_of_a_chain_is_not_told_by_a_sum_that_holds_the_chain(said, monkeypatch):
    # 2 + 1 - 2 = 1 wait ended, and nobody was placed: none or one ended, though each of the three is hidden
    figures = [
        ("shobpa_open", MONTH - 1, 2), ("shobpa_decisions", MONTH, 1), ("shobpa_open", MONTH, 2),
        ("adopt_placed_count", MONTH, 0),
    ]  # fmt: skip
    assert told(figures, said) == 0

    monkeypatch.setattr(audit._Builder, "_by_what_is_left", lambda *_: None)
    assert told(figures, said) > 0


def test_few_that_ended_over_a_month_that_is_missing_are_not_told(said, monkeypatch):
    # 20 + 6 + 6 - 29 = 3 ended in two months, between which the stock did not come
    figures = [
        ("cp_open", MONTH - 2, 20), ("cp_started", MONTH - 1, 6), ("cp_started", MONTH, 6),
        ("cp_open", MONTH, 29),
    ]  # fmt: skip
    assert told(figures, said) == 0

    monkeypatch.setattr(audit, "MOST_MISSING", 0)
    assert told(figures, said) > 0


DORSET = members().query("region_code == 'E12000009'")
OLD = pd.DataFrame({"la_code": ["835", "836", "837"], "region_code": "E12000009"})


@pytest.mark.parametrize(
    "figures",
    [
        # 40 + 20 + 30 before, 6 + 7 started, 45 + 55 after: 3 ended as they became two
        [("835", "cp_open", MONTH - 1, 40), ("836", "cp_open", MONTH - 1, 20),
         ("837", "cp_open", MONTH - 1, 30),
         ("838", "cp_started", MONTH, 6), ("839", "cp_started", MONTH, 7),
         ("838", "cp_open", MONTH, 45), ("839", "cp_open", MONTH, 55)],
        # both gave the month: 40 + 3 + 30 are 33 + 40
        [("835", "cp_open", MONTH, 40), ("836", "cp_open", MONTH, 3), ("837", "cp_open", MONTH, 30),
         ("838", "cp_open", MONTH, 33), ("839", "cp_open", MONTH, 40)],
    ],
)  # fmt: skip
def test_authorities_that_merge_tell_nothing_of_those_that_they_were(figures, said, monkeypatch):
    of = pd.concat([DORSET, OLD], ignore_index=True)
    assert told(figures, said, of) == 0

    monkeypatch.setattr(design, "successions", lambda: ())
    assert told(figures, said, of) > 0


def system_of(pack: long_table.Pack) -> audit.System:
    """All that a first pack prints of one authority."""
    now = pack.now[pack.now["area_code"] == "857"].rename(columns={"area_code": "la_code"})
    return audit.build(now.assign(release=1, figure=range(len(now))), 1)


def test_the_symbol_of_a_share_says_one_to_five_where_its_other_half_cannot_be_so_few():
    # of twenty plans six are repeats, so of those within two years there are no more, and fourteen are not
    system = system_of(
        one_pack(
            ("cp_started", MONTH, 20), ("cp_subsequent_ever_pct", MONTH, (6, 20)),
            ("cp_subsequent_2y_pct", MONTH, (3, 20)),
        )
    )  # fmt: skip
    ranges, of_repeats = audit.narrow(system), np.flatnonzero(system.exact == 3)

    assert {(ranges.low[u], ranges.high[u]) for u in of_repeats} == {(1, 5)}


@pytest.mark.parametrize(
    ("share", "counts", "least"),
    [
        ("cp_visit_10wd_pct", {"cp_open": [40], "cp_started": [6]}, 34),
        ("cp_visit_20wd_pct", {"cp_open": [40], "cp_started": [6]}, 34),
        # fewer started than are new: of a month with few working days, those of the month before are too
        ("cp_visit_20wd_pct", {"cp_open": [40], "cp_started": [0, 6]}, 34),
        ("cp_reviews_children_intime_pct", {"cp_open": [40], "cp_started": [6, 0, 7]}, 27),
        ("cp_reviews_children_intime_pct", {"cp_open": [40], "cp_started": [0, 0, 0, 9]}, 31),
        ("cla_visit_intime_pct", {"cla_open": [40], "cla_started": [6]}, 34),
        ("cla_care_plan_uptodate_pct", {"cla_open": [40], "cla_started": [6]}, 34),
        ("cin_plan_uptodate_pct",
         {"cin_open": [60], "cp_open": [9], "cla_open": [8], "referrals_received": [6, 0, 7]}, 30),
    ],
)  # fmt: skip
def test_what_a_share_leaves_out_of_a_stock_began_lately_and_both_sides_know_it(share, counts, least, said):
    figures = [
        (name, MONTH - back, many) for name, months in counts.items() for back, many in enumerate(months)
    ]
    base = placed(OF, *figures, (share, MONTH, (3, 37)))
    pack = long_table.make(base, OF, ledger.empty(), 1)
    assert behind(pack, share, *counts) == {share: "c", **dict.fromkeys(counts, "shown")}

    system = system_of(pack)
    of_whole = np.flatnonzero(system.exact == 37)
    known = learn([pack.printed], [base], {}, said)
    rows, unknowns, weights = (np.concatenate(x) for x in (known.rows, known.unknowns, known.weights))
    bounds = (np.concatenate(known.least), np.concatenate(known.most), known.low, known.high)
    low, _ = narrowed(rows, unknowns, weights, *bounds)

    assert audit.narrow(system).low[of_whole].tolist() == [least]
    assert low[known.keys["true"] == 37].tolist() == [least]
