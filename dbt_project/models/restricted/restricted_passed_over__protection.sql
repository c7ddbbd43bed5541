-- Rows of enquiries, conferences, reviews and plans, each beside a figure that could count it.
{{ rows_sent({
    'conference_minutes': (none, 'held_date'),
    'cp_plans': ('la_child_id', 'cp_plan_start_date'),
    'cp_reviews': ('la_child_id', 'review_date'),
    'initial_cp_conferences': ('la_child_id', 'icpc_date'),
    's47_enquiries': ('la_child_id', 's47_start_date'),
    'strategy_meetings': ('la_child_id', 'held_date'),
}) }}
