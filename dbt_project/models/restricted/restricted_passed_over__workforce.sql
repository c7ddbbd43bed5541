-- Rows of workers, posts and budgets, each beside a figure that could count it.
{{ rows_sent({
    'budgets': (none, month_end('source_month_number')),
    'involvements': ('la_child_id', 'involvement_start_date'),
    'professionals': (none, month_end('source_month_number')),
    'workforce_assignments': (none, 'start_date'),
    'workforce_posts': (none, 'established_from_date'),
}) }}
