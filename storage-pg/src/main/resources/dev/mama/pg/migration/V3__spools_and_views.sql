-- How far the rows of a spool have been written: next_seq is the first record of table tbl that has not. It moves in the
-- transaction that writes the rows.
create table mama.spools (
  spool_id uuid   not null,
  tbl      text   not null,
  next_seq bigint not null,
  primary key (spool_id, tbl)
) with (fillfactor = 50); -- a row is updated for each batch, in place

create view mama.messages_per_hour as
  select exp_id, date_trunc('hour', ts) as hour, channel, count(*) as messages, count(distinct src) as senders
    from mama.messages
   group by exp_id, hour, channel;

create view mama.tokens_per_agent as
  select exp_id, agent_id, count(*) as calls, count(failure) as failed, sum(attempts) as attempts,
         sum(prompt_tokens) as prompt_tokens, sum(completion_tokens) as completion_tokens
    from mama.llm_calls
   group by exp_id, agent_id;

-- In milliseconds, of calls that a model answered.
create view mama.model_latency as
  select exp_id, model, count(*) as calls,
         percentile_cont(0.5) within group (order by (queued_nanos + wire_nanos) / 1e6) as p50_ms,
         percentile_cont(0.95) within group (order by (queued_nanos + wire_nanos) / 1e6) as p95_ms,
         percentile_cont(0.99) within group (order by (queued_nanos + wire_nanos) / 1e6) as p99_ms
    from mama.llm_calls
   where source = 'model'
   group by exp_id, model;

-- Figures that agents recorded, over all agents.
create view mama.figures as
  select exp_id, name, count(*) as count, count(distinct agent_id) as agents, avg(value) as mean, min(value) as min,
         percentile_cont(0.5) within group (order by value) as median, max(value) as max, stddev_samp(value) as deviation
    from mama.metrics
   group by exp_id, name;

create view mama.figures_per_hour as
  select exp_id, name, date_trunc('hour', ts) as hour, count(*) as count, avg(value) as mean, min(value) as min, max(value) as max
    from mama.metrics
   group by exp_id, name, hour;
