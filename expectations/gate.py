"""Run a suite over a frame of counts and say how every expectation ended. Silence is never a pass."""

import logging
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations import Expectation

from expectations.verdict import Outcome, State

logging.getLogger("great_expectations.data_context.types.base").setLevel(
    logging.WARNING
)  # says where its tmp is

SITE = "quality"
OWN_ONLY = (
    """<meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' data:">"""
)


def judge(
    name: str, frame: pd.DataFrame, suite: Iterable[Expectation], subject: str, docs: Path | None = None
) -> list[Outcome]:
    """Judge a frame of counts. `subject` names the column that says what each row is about; `docs` a folder
    to write Great Expectations' pages to.

    Every expectation in the suite ends as an outcome for every subject: where Great Expectations raises,
    as crashed; where the frame has no rows, as not run.
    """
    expectations = list(suite)
    if frame.empty:
        return [_outcome(e, "nothing", "not_run") for e in expectations]
    try:
        results = _validate(name, frame, expectations, docs)
    except Exception:  # whatever went wrong inside, the check has not passed
        return [_outcome(e, str(s), "crashed") for e in expectations for s in frame[subject]]
    outcomes: list[Outcome] = []
    for expectation in expectations:
        result = results[_check(expectation)]
        raised = any(info.get("raised_exception") for info in _exceptions(result["exception_info"]))
        unexpected = set(result["result"].get("unexpected_index_list") or [])
        raised = raised or not (result["success"] or unexpected)  # a no that names no row is still a no
        counts = frame.get(getattr(expectation, "column", ""), pd.Series(pd.NA, index=frame.index))
        for row, (about, count) in enumerate(zip(frame[subject], counts, strict=True)):
            is_unknown = pd.isna(count)  # Great Expectations passes over a null, which is no pass
            state: State = (
                "crashed"
                if raised
                else "not_run"
                if is_unknown
                else "failed"
                if row in unexpected
                else "passed"
            )
            outcomes.append(_outcome(expectation, str(about), state, None if is_unknown else int(count)))
    return outcomes


def _validate(
    name: str, frame: pd.DataFrame, expectations: Sequence[Expectation], docs: Path | None
) -> dict[str, dict[str, Any]]:
    """Each check's result by its name: Great Expectations answers in an order of its own."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    batches = (
        context.data_sources.add_pandas(name)
        .add_dataframe_asset(name)
        .add_batch_definition_whole_dataframe(name)
    )
    suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=list(expectations)))
    judged = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batches, suite=suite))
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(name=name, validation_definitions=[judged], result_format="COMPLETE")
    )
    [validated] = checkpoint.run(batch_parameters={"dataframe": frame}).run_results.values()
    if docs:
        _write_docs(context, docs)
    answers: list[dict[str, Any]] = [answer.to_json_dict() for answer in validated.results]
    return {answer["expectation_config"]["meta"]["check"]: answer for answer in answers}


def _write_docs(context: Any, folder: Path) -> None:
    """The judgement as Great Expectations' own pages, written aside and put in place whole.

    The pages ask others' servers for looks; they are told not to, and read well enough without.
    """
    aside = folder.with_name(f".{folder.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(aside)}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    site = {"class_name": "SiteBuilder", "site_index_builder": index, "store_backend": store}
    context.add_data_docs_site(SITE, site)
    context.build_data_docs(site_names=[SITE])
    for page in aside.rglob("*.html"):
        page.write_text(page.read_text(encoding="utf-8").replace("<head>", f"<head>{OWN_ONLY}", 1), "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)


def _exceptions(info: dict) -> list[dict]:
    return [info] if "raised_exception" in info else list(info.values())


def _check(expectation: Expectation) -> str:
    """The name that its suite gave the expectation; Great Expectations lets one go without."""
    return str((expectation.meta or {})["check"])


def _outcome(expectation: Expectation, subject: str, state: State, violations: int | None = None) -> Outcome:
    return Outcome(
        check=_check(expectation),
        subject=subject,
        state=state,
        severity=str(expectation.severity.value),  # type: ignore[arg-type]
        sentence=str(expectation.notes),
        violations=violations,
    )
