-- Rows of adoption, each beside a figure that could count it.
{{ rows_sent({
    'adopters': (none, 'approved_date'),
    'permanence': ('la_child_id', 'decision_date'),
}) }}
