-- As int_indicators__submitted, for the months before the first that a vintage answers for.
{{ submitted_by_month('int_periods__before') }}
