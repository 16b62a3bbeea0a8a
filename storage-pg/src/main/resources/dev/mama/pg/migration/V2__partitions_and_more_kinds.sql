-- Every table of events is partitioned by experiment; what an experiment recorded leaves by leaving its partitions.
-- Kinds that are new: events, metrics, decisions, evidence, llm_calls, surveys.

-- One row for each experiment. number names its partitions: messages_17 holds the messages of experiment number 17.
create table mama.experiments (
  exp_id  text        primary key,
  number  integer     generated always as identity unique,
  started timestamptz not null default now()
);

alter table mama.agents rename to agents_before;
alter table mama.states rename to states_before;
alter table mama.messages rename to messages_before;
alter table mama.errors rename to errors_before;

-- Agents that were started. profile is the agent's card: {"specialty": …, "description": …}.
create table mama.agents (
  exp_id   text        not null,
  agent_id text        not null,
  ts       timestamptz not null,
  type     text        not null,
  profile  jsonb,
  id       uuid        not null
) partition by list (exp_id);

-- States that agents recorded. kind is the name of the state's type.
create table mama.states (
  exp_id   text        not null,
  agent_id text        not null,
  ts       timestamptz not null,
  kv       jsonb       not null,
  kind     text        not null,
  trace_id text        not null,
  span_id  text        not null,
  id       uuid        not null
) partition by list (exp_id);

-- Messages that were accepted. kind is the name of the payload's type, empty if the sender gave none.
create table mama.messages (
  exp_id   text        not null,
  src      text        not null,
  dst      text        not null,
  ts       timestamptz not null,
  channel  text        not null,
  kind     text        not null,
  payload  jsonb       not null,
  trace_id text        not null,
  span_id  text        not null,
  msg_id   uuid        not null
) partition by list (exp_id);

-- What failed.
create table mama.errors (
  exp_id   text        not null,
  ts       timestamptz not null,
  comp     text        not null,
  detail   text        not null,
  trace_id text,
  span_id  text,
  id       uuid        not null
) partition by list (exp_id);

-- What agents recorded of their own. kind is what the agent calls it, type the name of the body's type.
create table mama.events (
  exp_id   text        not null,
  agent_id text        not null,
  ts       timestamptz not null,
  kind     text        not null,
  body     jsonb       not null,
  type     text        not null,
  trace_id text        not null,
  span_id  text        not null,
  id       uuid        not null
) partition by list (exp_id);

-- Figures that agents recorded of their own.
create table mama.metrics (
  exp_id   text             not null,
  agent_id text             not null,
  ts       timestamptz      not null,
  name     text             not null,
  value    double precision not null,
  trace_id text             not null,
  span_id  text             not null,
  id       uuid             not null
) partition by list (exp_id);

-- Whom a policy chose. body has the need, the candidates, the state that the policy saw, its scores and its times.
create table mama.decisions (
  exp_id     text             not null,
  agent_id   text             not null,
  ts         timestamptz      not null,
  chosen     text,
  policy     text             not null,
  propensity double precision not null,
  body       jsonb            not null,
  trace_id   text             not null,
  span_id    text             not null,
  id         uuid             not null
) partition by list (exp_id);

-- What moved trust. agent_id is whom it tells about; basis is witnessed, checked or opinion; body has the ratings.
create table mama.evidence (
  exp_id   text        not null,
  agent_id text        not null,
  ts       timestamptz not null,
  basis    text        not null,
  rater    text,
  body     jsonb       not null,
  trace_id text        not null,
  span_id  text        not null,
  id       uuid        not null
) partition by list (exp_id);

-- Calls of chat models: usage and times, not what was said. Either source or failure is there.
create table mama.llm_calls (
  exp_id            text        not null,
  agent_id          text        not null,
  ts                timestamptz not null,
  model             text        not null,
  prompt_tokens     bigint      not null,
  completion_tokens bigint      not null,
  attempts          bigint      not null,
  queued_nanos      bigint      not null,
  wire_nanos        bigint      not null,
  source            text,
  failure           text,
  trace_id          text        not null,
  span_id           text        not null,
  id                uuid        not null
) partition by list (exp_id);

-- Answers to surveys. kind is the name of the answers' type.
create table mama.surveys (
  exp_id   text        not null,
  agent_id text        not null,
  ts       timestamptz not null,
  form_id  text        not null,
  answers  jsonb       not null,
  kind     text        not null,
  trace_id text        not null,
  span_id  text        not null,
  id       uuid        not null
) partition by list (exp_id);

-- The partition of table tbl for experiment exp; made where it is missing. The new table is filled in and attached,
-- not created as a partition, because that would wait for all who read or write the parent.
create function mama.partition(tbl text, exp text) returns text language plpgsql as $$
declare
  part text;
begin
  insert into mama.experiments (exp_id) values (exp) on conflict do nothing;
  select tbl || '_' || number into part from mama.experiments where exp_id = exp;
  perform pg_advisory_xact_lock(hashtext('mama.' || part));
  if to_regclass('mama.' || part) is not null then
    return part;
  end if;
  execute format('create table mama.%I (like mama.%I, check (exp_id = %L))', part, tbl, exp);
  -- Rows are only added: look at them when there are many new ones, not when a share of all is new.
  execute format(
    'alter table mama.%I set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 500000,'
    ' autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 10000)', part);
  -- The experiment is the partition, so an index on ts is one on (exp_id, ts).
  execute format('create index on mama.%I (ts)', part);
  case tbl
    when 'messages' then
      execute format('create unique index on mama.%I (msg_id)', part);
      execute format('create index on mama.%I (src, ts)', part);
    when 'errors' then null;
    else
      execute format('create index on mama.%I (agent_id, ts)', part);
  end case;
  execute format('alter table mama.%I attach partition mama.%I for values in (%L)', tbl, part, exp);
  return part;
end $$;

-- What was there before moves into partitions.
do $$
declare
  tbl text;
  exp text;
begin
  foreach tbl in array array['agents', 'states', 'messages', 'errors'] loop
    for exp in execute format('select distinct exp_id from mama.%I', tbl || '_before') loop
      execute format(
        'insert into mama.%I select * from mama.%I where exp_id = %L',
        mama.partition(tbl, exp), tbl || '_before', exp);
    end loop;
    execute format('drop table mama.%I', tbl || '_before');
  end loop;
end $$;
