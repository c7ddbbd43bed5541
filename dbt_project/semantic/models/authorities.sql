select la_code, la_name, region_name from release.main.dim_authority
