"""The stages of the path, in the order the data meets them: the groups of the Dagster graph.

Which stage a model belongs to is said in dbt_project.yml, by folder.
"""

ASSET_GROUPS = {
    "landing": (
        "Each return as it came, every cell read or reported: one asset a return, one partition a month. "
        "Nothing is altered here; what will not read is a finding, counted on the asset."
    ),
    "reference": (
        "What does not come monthly: code lists, the indicator catalogue, populations, targets, and "
        "published statistics exactly as downloaded."
    ),
    "staging": "The current version of each record, under plain names: one view a return.",
    "dimensions": "What figures are keyed by: councils, calendar, periods, indicators, peers, answers owed.",
    "benchmarks": "What England, the regions and every council published, by release.",
    "evidence": (
        "Who counts towards what: one commented block an indicator. Start here to see what a figure means."
    ),
    "indicators": "Evidence added up by month and period: value = scale x numerator / denominator.",
    "quality": "Which records break which rule, counted; and whom that withholds.",
    "marts": "The answers that readers get, one row for every answer owed. The quality gate judges these.",
    "comparisons": "Each figure beside last month, last year, its target, England, neighbours, its own run.",
    "reports": "What a page says, as rows that a BI tool can have too: report, region, scorecard, explain.",
    "restricted": "Who and what is behind a figure: work lists, error reports. For staff, never released.",
    "publication": "What leaves: only a build that the gate judged good. Made current by one rename.",
}


def in_words() -> str:
    """The stages as a Markdown list, from left to right of the graph."""
    return "\n".join(f"1. **{name}**: {about}" for name, about in ASSET_GROUPS.items())
