/**
 * Durable execution: what lets a saga go on after `kill -9`. DBOS Transact runs in this process on the same Postgres
 * (schema `dbos`); nothing outside this folder and the runner of sagas knows it.
 *
 *   start(id, input) ── run(input) ── durable('name', fn) … ── end
 *   kill -9 ──▶ deadWorkers() ──▶ a lease is won (server/deployments/queue) ──▶ resume(id) replays what has ended
 *
 * Promises: an id runs once at a time; a `durable` that ended never runs again; a resumed workflow runs in the process
 * that resumed it. Never: `DBOS.cancelWorkflow` or time-outs, which would keep a saga from undoing itself.
 */
export { durable, startWorkflows, type Workflows } from './engine.ts'
export { deadWorkers, startLiveness } from './liveness.ts'
