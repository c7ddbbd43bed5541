"""The months for which returns come."""

import dagster as dg

MONTH_FORMAT = "%Y-%m"
reporting_months = dg.MonthlyPartitionsDefinition(
    start_date="2010-01", fmt=MONTH_FORMAT, timezone="Europe/London"
)
