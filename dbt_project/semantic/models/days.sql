select calendar_date from release.main.dim_calendar
