-- Rows of contacts, referrals, assessments, plans of need and early help, each beside a figure that could count it.
{{ rows_sent({
    'contacts': ('la_child_id', 'contact_date'),
    'cin_assessments': ('la_child_id', 'assessment_start_date'),
    'cin_episodes': ('la_child_id', 'referral_date'),
    'cin_plans': ('la_child_id', 'cin_plan_start_date'),
    'early_help_episodes': ('la_child_id', 'episode_start_date'),
}) }}
