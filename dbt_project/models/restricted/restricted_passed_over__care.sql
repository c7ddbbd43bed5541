-- Rows of care, its reviews, going missing and leaving care, each beside a figure that could count it.
{{ rows_sent({
    'care_leavers': ('la_child_id', month_end('source_month_number')),
    'care_proceedings': ('la_child_id', 'application_date'),
    'cla_episodes': ('la_child_id', 'episode_start_date'),
    'cla_reviews': (none, 'review_date'),
    'missing': ('la_child_id', 'missing_start_date'),
}) }}
