-- Each team and the service it is of: the topmost of its parents, listed or not. A circle of teams is of none, and a
-- tree of more than ten storeys is taken for one.
{% set storeys = 10 %}

with teams as (

    select vintage_id, team_id, parent_team_id from {{ ref('stg_returns__departments') }}

)

select
    storey_0.vintage_id,
    storey_0.team_id,
    case
        {% for n in range(storeys) %}
            when storey_{{ n }}.parent_team_id is null then storey_{{ n }}.team_id
            when storey_{{ n + 1 }}.team_id is null then storey_{{ n }}.parent_team_id
        {% endfor %}
    end as service
from teams as storey_0
{% for n in range(storeys) %}
    left join teams as storey_{{ n + 1 }}
        on
            storey_{{ n }}.vintage_id = storey_{{ n + 1 }}.vintage_id
            and storey_{{ n }}.parent_team_id = storey_{{ n + 1 }}.team_id
{% endfor %}
