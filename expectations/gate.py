"""Judge frames of counts by their suites, and say how every expectation ended. Silence is never a pass."""

from collections.abc import Mapping
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.row_conditions import deserialize_row_condition

from expectations.checks import Check, State

COUNTS = {"result_format": "BASIC", "exclude_unexpected_values": True}
ROWS = COUNTS | {"result_format": "COMPLETE", "include_unexpected_rows": False}


def judge(context: Any, name: str, suite: Mapping[str, Any], frame: pd.DataFrame, index: str) -> list[Check]:
    """Judge a frame by one suite of the context. `index` names the column that tells rows apart: a number.

    Every expectation ends as a check. One that crashes has failed for every row that it would have judged;
    where the whole suite does, so do all of its expectations. Without rows they did not run. No value is in a
    result: only the index does, and counts.
    """
    expectations = {e["meta"]["check"]: e for e in suite["expectations"]}
    if frame.empty:
        return [_check(name, said, "not_run") for said in expectations.values()]
    try:
        results = _validate(context, name, frame, index)
    except Exception:  # whatever went wrong inside, the check has not passed
        results = {}
    checks = []
    for check, said in expectations.items():
        result = results.get(check)
        judged = _judged(said, frame)
        if result is None or _raised(result):
            checks.append(_check(name, said, "crashed", len(judged), judged[index]))
            continue
        failing = _failing(result, index)
        if not result["success"] and not failing:  # a no that names no row is still a no
            checks.append(_check(name, said, "crashed", len(judged), judged[index]))
            continue
        if judged.empty:
            state: State = "not_run"
        else:
            state = "passed" if result["success"] else "failed"
        checks.append(_check(name, said, state, len(judged), failing))
    return checks


def _validate(context: Any, name: str, frame: pd.DataFrame, index: str) -> dict[str, dict[str, Any]]:
    """Each check's result by its name: Great Expectations answers in an order of its own.

    The whole suite is judged by counts alone; only the few that say no are asked again, for which rows.
    """
    given = {"dataframe": frame}
    batches = context.data_sources.get("warehouse").get_asset("counts").get_batch_definition("whole")
    suite = context.suites.get(name)
    judged = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batches, suite=suite))
    checkpoint = context.checkpoints.add(
        gx.Checkpoint(
            name=name,
            validation_definitions=[judged],
            result_format=COUNTS,
        )
    )
    [validated] = checkpoint.run(batch_parameters=given).run_results.values()
    answers = {answer.expectation_config.meta["check"]: answer.to_json_dict() for answer in validated.results}
    failed = [
        asked
        for asked in suite.expectations
        if not answers[asked.meta["check"]]["success"] and not _raised(answers[asked.meta["check"]])
    ]
    if failed:
        batch = batches.get_batch(given)
        for asked in failed:
            named = batch.validate(asked, result_format=ROWS | {"unexpected_index_column_names": [index]})
            # its no stands, whatever the second answer says: only the rows are taken from it
            answers[asked.meta["check"]]["result"] = named.to_json_dict()["result"]
    return answers


def _judged(said: Mapping[str, Any], frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that an expectation looks at; all of them where its condition cannot be read.

    A ground's own column is empty for the measures of other grounds, and passed over there.
    """
    ground = said["meta"].get("ground")
    if ground and said["kwargs"].get("column") == ground:
        frame = frame[frame.ground == ground]
    condition = said["kwargs"].get("row_condition")
    try:
        if not condition or frame.empty:
            return frame
        asked: Any = deserialize_row_condition(condition)
        return frame.query(PandasExecutionEngine().condition_to_filter_clause(asked))
    except Exception:  # Great Expectations could not read it either, and says so by raising
        return frame


def _failing(result: Mapping[str, Any], index: str) -> tuple[int, ...]:
    listed = result["result"].get("unexpected_index_list") or []
    return tuple(int(one) for part in listed for one in part[index])


def _raised(result: Mapping[str, Any]) -> bool:
    info = result["exception_info"]
    every = [info] if "raised_exception" in info else list(info.values())
    return any(one.get("raised_exception") for one in every)


def _check(name: str, said: Mapping[str, Any], state: State, looked_at: int = 0, failing: Any = ()) -> Check:
    return Check(
        suite=name,
        check=said["meta"]["check"],
        expectation=said["type"],
        severity=said["severity"],
        state=state,
        sentence=said.get("notes") or "",
        bound=said["kwargs"].get("max_value"),
        looked_at=looked_at,
        failing=tuple(int(one) for one in failing),
    )
