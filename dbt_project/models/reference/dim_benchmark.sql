-- What a published figure of an indicator means beside a council's own.
select
    notes.indicator_id,
    notes.publication,
    kinds.title as publication_title,
    notes.printed_places,
    notes.definition,
    notes.comparability
from {{ ref('benchmark_notes') }} as notes
inner join {{ ref('published_statistics') }} as kinds on notes.publication = kinds.publication
order by notes.indicator_id, notes.publication
