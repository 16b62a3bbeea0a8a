-- The events of experiments: one table for each kind, all in the schema "mama".
-- A migration that was released is never changed; what comes later is a new one.

-- Agents that were started. profile is the agent's card: {"specialty": …, "description": …}.
create table mama.agents (
  exp_id   text        not null,
  agent_id text        not null,
  ts       timestamptz not null,
  type     text        not null,
  profile  jsonb,
  id       uuid        not null
);
create index agents_by_time on mama.agents (exp_id, ts);
create index agents_by_agent on mama.agents (exp_id, agent_id, ts);

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
);
create index states_by_time on mama.states (exp_id, ts);
create index states_by_agent on mama.states (exp_id, agent_id, ts);

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
  msg_id   uuid        not null,
  primary key (exp_id, msg_id)
);
create index messages_by_time on mama.messages (exp_id, ts);

-- What failed.
create table mama.errors (
  exp_id   text        not null,
  ts       timestamptz not null,
  comp     text        not null,
  detail   text        not null,
  trace_id text,
  span_id  text,
  id       uuid        not null
);
create index errors_by_time on mama.errors (exp_id, ts);

-- Batches whose rows are in the tables above: how a writer whose connection broke during a commit
-- learns whether the commit took place.
create table mama.batches (
  batch_id uuid        primary key,
  ts       timestamptz not null default now()
);
