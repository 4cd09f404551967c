/**
 * What the step column, the banner and the timeline show, folded from a deployment's events. Pure: a reload folds the
 * same events and draws the same.
 */

import { STEP_STATUS, STEP_TITLES } from '#components/status/status.ts'
import { type DeploymentState, STEPS, type StepId, type StepStatus } from '#db/schema/states.ts'
import type { DeploymentView, StepView } from '#server/api/views.ts'
import type { DeploymentEvent, StepError } from '#server/deployments/event-types.ts'

export interface StepModel {
  id: StepId
  title: string
  status: StepStatus
  /** The one sentence beneath the title. */
  sentence: string
  startedMs: number | null
  endedMs: number | null
  progress: { current: number; total: number | null; unit: 'bytes' | 'layers' | null } | null
  error: StepError | null
  logTail: string[]
}

export interface UndoLine {
  name: string
  status: 'pending' | 'done' | 'failed'
  message: string
}

export interface Progress {
  attempt: number
  state: DeploymentState
  steps: StepModel[]
  undo: UndoLine[]
  /** The step that ended the attempt, with its reason. */
  failed: StepModel | null
  cancelRequested: boolean
}

type Base = Pick<DeploymentView, 'state' | 'attempt' | 'steps' | 'lastEvent'>

export function foldProgress(view: Base, events: readonly DeploymentEvent[]): Progress {
  const newest = events.at(-1)
  const attempt = Math.max(view.attempt, newest?.attempt ?? 0)
  const start: Progress = {
    attempt,
    state: view.state,
    steps: STEPS.map((id) => startOf(id, attempt === view.attempt ? view.steps : [])),
    undo: [],
    failed: null,
    cancelRequested: false,
  }
  // Without its first events the view is all there is; with them, they alone decide.
  const own = events.filter((event) => event.attempt === attempt)
  if (own.length === 0) return start
  const progress = own.reduce(take, { ...start, steps: STEPS.map((id) => startOf(id, [])) })
  // The view may be newer than the events that have arrived, never the other way round.
  const state = (newest?.n ?? 0) >= view.lastEvent ? lastState(events, view.state) : view.state
  return { ...progress, state, failed: progress.steps.find((step) => step.status === 'failed') ?? null }
}

const lastState = (events: readonly DeploymentEvent[], fallback: DeploymentState): DeploymentState => {
  const last = events.findLast((event) => event.type === 'state')
  return last?.type === 'state' ? last.data.to : fallback
}

function startOf(id: StepId, views: readonly StepView[]): StepModel {
  const view = views.find((step) => step.id === id)
  return {
    id,
    title: STEP_TITLES[id].title,
    status: view?.status ?? 'pending',
    sentence: view?.message || STEP_TITLES[id].doing,
    startedMs: view?.startedAt?.getTime() ?? null,
    endedMs: view?.endedAt?.getTime() ?? null,
    progress: null,
    error: null,
    logTail: [],
  }
}

function take(progress: Progress, event: DeploymentEvent): Progress {
  const at = event.at.getTime()
  switch (event.type) {
    case 'step.started':
      return withStep(progress, event.data.step, () => ({
        status: 'running',
        sentence: event.data.message,
        startedMs: at,
      }))
    case 'step.resumed':
      return withStep(progress, event.data.step, (step) => ({
        status: 'running',
        sentence: event.data.message,
        startedMs: step.startedMs ?? at,
        progress: null,
      }))
    case 'step.progress': {
      const { current, total, unit, message, step } = event.data
      const amount = current === undefined ? null : { current, total: total ?? null, unit: unit ?? null }
      return withStep(progress, step, () => ({ sentence: message, progress: amount }))
    }
    case 'step.succeeded':
      return withStep(progress, event.data.step, (step) => ({
        status: 'succeeded',
        sentence: event.data.message,
        startedMs: step.startedMs ?? at - event.data.durationMs,
        endedMs: at,
        progress: null,
      }))
    case 'step.failed': {
      const { step, error, logTail } = event.data
      const failed = withStep(progress, step, (before) => ({
        status: 'failed',
        sentence: error.message,
        startedMs: before.startedMs ?? at,
        endedMs: at,
        progress: null,
        error,
        logTail,
      }))
      return mapSteps(failed, (each) =>
        each.status === 'pending' ? { ...each, status: 'skipped', sentence: STEP_STATUS.skipped.sentence } : each,
      )
    }
    case 'cancel.requested':
      return { ...progress, cancelRequested: true }
    case 'undo.started':
      return { ...progress, undo: event.data.names.map((name) => ({ name, status: 'pending', message: '' })) }
    case 'undo.done':
      return settle(progress, event.data, 'done')
    case 'undo.failed':
      return settle(progress, event.data, 'failed')
    case 'state':
      return event.data.from === 'undoing' ? mapSteps(progress, undone) : progress
    default:
      return progress
  }
}

const undone = (step: StepModel): StepModel => (step.status === 'succeeded' ? { ...step, status: 'undone' } : step)

const mapSteps = (progress: Progress, change: (step: StepModel) => StepModel): Progress => ({
  ...progress,
  steps: progress.steps.map(change),
})

const withStep = (progress: Progress, id: StepId, change: (step: StepModel) => Partial<StepModel>): Progress =>
  mapSteps(progress, (step) => (step.id === id ? { ...step, ...change(step) } : step))

/** The first planned line of that name that is still open; an unplanned one is added. */
function settle(progress: Progress, line: { name: string; message: string }, status: 'done' | 'failed'): Progress {
  const settled: UndoLine = { ...line, status }
  const at = progress.undo.findIndex((each) => each.name === line.name && each.status !== 'done')
  const undo = at < 0 ? [...progress.undo, settled] : progress.undo.with(at, settled)
  return { ...progress, undo }
}

/** How long a step took, or has taken so far; null before it began. */
export function stepDuration(step: StepModel, nowMs: number): number | null {
  if (step.startedMs === null) return null
  return Math.max(0, (step.endedMs ?? nowMs) - step.startedMs)
}

/** 0-1 where the amount is known. */
export const stepFraction = ({ progress }: StepModel): number | null =>
  progress?.total ? Math.min(1, progress.current / progress.total) : null
