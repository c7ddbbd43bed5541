"""An indicator of several authorities side by side."""

from publication.reports.region import _compared

ROW = {
    "indicator_id": "cp_open", "title": "Children on a plan", "area": "Child protection plans",
    "unit": "count", "polarity": "neutral", "can_be_negative": False, "period_basis": "point_in_time",
    "scale": 1, "pooled": None, "la_code": "301", "la_name": "A", "value": 3.0,
    "value_status": "calculated", "numerator": 3.0, "denominator": 1.0, "place": 1,
}  # fmt: skip


def test_each_authority_has_its_place_beside_the_others() -> None:
    compared = _compared([ROW, ROW | {"la_code": "302", "la_name": "B", "value": 2.0, "place": 2}])

    assert compared.line.indicator_id == "cp_open"
    assert [place.la_code for place in compared.places] == ["301", "302"]
