"""Contributions with their points as lists that PostgreSQL builds; `sql_lists.py` says how.

Three lists, as there are three who may see them: the person whose they are, the maintainers of
the project, and the institution to which a certificate of them was sent.
"""
# ruff: noqa: S608  The pieces are constants of this module; values go in as parameters.

from credits.api.sql_lists import SqlList, utc

_SCOPE = """
    SELECT part.id, contribution.occurred_at AS at
    FROM harvesters_participation AS part
    JOIN credits_score AS score ON score.participation_id = part.id
    JOIN credits_project AS project
      ON project.id = score.project_id AND project.scored_by_id = score.rule_set_id
    JOIN harvesters_contribution AS contribution ON contribution.id = part.contribution_id
    WHERE (%(state)s::text IS NULL OR score.state = %(state)s)
      AND (%(project)s::text IS NULL OR project.slug = %(project)s)
      AND (%(since)s::timestamptz IS NULL OR score.scored_at >= %(since)s)
      AND {whose}"""

_ITEM = f"""
    SELECT contribution.id, part.id AS participation, contribution.kind, contribution.title,
           contribution.url, repository.host || '/' || repository.path AS repository,
           project.slug AS project,
           json_build_object('host', actor.host, 'login', actor.login) AS account,
           part.role, {utc("contribution.occurred_at")} AS occurred_at,
           score.state, score.category,
           trim_scale(score.points / 1000::numeric)::text AS points,
           json_build_object('slug', rule_set.slug, 'version', rule_set.version,
                             'digest', rule_set.digest) AS rule_set,
           {utc("score.waits_until")} AS waits_until,
           {utc("score.scored_at")} AS scored_at,
           %(base_url)s || '/api/v1/contributions/' || contribution.id || '/explanation'
               AS explanation_url
    FROM harvesters_participation AS part
    JOIN harvesters_actor AS actor ON actor.id = part.actor_id
    JOIN harvesters_contribution AS contribution ON contribution.id = part.contribution_id
    JOIN harvesters_repository AS repository ON repository.id = contribution.repository_id
    JOIN credits_score AS score ON score.participation_id = part.id
    JOIN credits_project AS project
      ON project.id = score.project_id AND project.scored_by_id = score.rule_set_id
    JOIN credits_ruleset AS rule_set ON rule_set.id = score.rule_set_id
    WHERE part.id = kept.id"""

OWN = SqlList(
    _SCOPE.format(
        whose="""part.actor_id IN (
          SELECT actor_id FROM accounts_identity
          WHERE user_id = %(person)s AND withdrawn_at IS NULL)"""
    ),
    _ITEM,
)
MAINTAINED = SqlList(
    _SCOPE.format(
        whose="""project.id IN (
          SELECT project_id FROM credits_project_maintainers WHERE user_id = %(person)s)"""
    ),
    _ITEM,
)
SENT = SqlList(
    _SCOPE.format(
        whose="""part.id IN (
          SELECT item.participation_id FROM credits_certificateitem AS item
          JOIN credits_application_certificates AS held
            ON held.certificate_id = item.certificate_id
          JOIN credits_application AS application ON application.id = held.application_id
          WHERE application.institution_id = %(institution)s
            AND application.state <> 'withdrawn')"""
    ),
    _ITEM,
)
