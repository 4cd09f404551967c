import { describe, expect, it } from 'vitest'
import type { DeploymentEvent, EventInput } from '#server/deployments/event-types.ts'
import { foldProgress, type Progress, stepDuration, stepFraction } from './steps-model.ts'

const START = Date.UTC(2026, 0, 2)
/** Numbers and times follow from the order: one event a second. */
const sequence = (inputs: EventInput[], attempt = 1): DeploymentEvent[] =>
  inputs.map((input, index) => ({ ...input, n: index + 1, at: new Date(START + index * 1000), attempt }))

const view = { state: 'queued' as const, attempt: 1, steps: [], lastEvent: 0 }
const statuses = (progress: Progress) => progress.steps.map((step) => step.status)

const upToPull: EventInput[] = [
  { type: 'state', data: { from: null, to: 'queued' } },
  { type: 'state', data: { from: 'queued', to: 'deploying' } },
  { type: 'step.started', data: { step: 'analysis', message: 'Reading the template' } },
  { type: 'step.succeeded', data: { step: 'analysis', message: 'All variables are there', durationMs: 900 } },
  { type: 'step.started', data: { step: 'droplet-selection', message: 'Looking for room' } },
  { type: 'step.succeeded', data: { step: 'droplet-selection', message: 'nyc3-1', durationMs: 1000 } },
  { type: 'step.started', data: { step: 'image-pull', message: 'Pulling' } },
]
const failure: EventInput[] = [
  {
    type: 'step.failed',
    data: {
      step: 'image-pull',
      error: { code: 'IMAGE_PULL_FAILED', message: 'It is down.', action: 'Try again.' },
      logTail: ['a'],
    },
  },
  { type: 'state', data: { from: 'deploying', to: 'undoing' } },
  { type: 'undo.started', data: { names: ['image.remove', 'reservation.release'] } },
  { type: 'undo.done', data: { name: 'image.remove', message: 'Removed the image' } },
]

describe('the step column', () => {
  it('waits with all six before anything happened', () => {
    expect(statuses(foldProgress(view, []))).toEqual(Array(6).fill('pending'))
  })

  it('shows the running step with its amount and how long it has taken', () => {
    const events = sequence([
      ...upToPull,
      {
        type: 'step.progress',
        data: { step: 'image-pull', message: 'Layer 2', current: 30, total: 120, unit: 'bytes' },
      },
    ])
    const progress = foldProgress(view, events)
    expect(statuses(progress)).toEqual(['succeeded', 'succeeded', 'running', 'pending', 'pending', 'pending'])
    const pull = progress.steps[2]
    expect(pull?.sentence).toBe('Layer 2')
    expect(pull && stepFraction(pull)).toBe(0.25)
    expect(pull && stepDuration(pull, START + 8_500)).toBe(2_500)
    expect(progress.state).toBe('deploying')
  })

  it('names the failed step, skips the later ones and lists what is undone', () => {
    const progress = foldProgress(view, sequence([...upToPull, ...failure]))
    expect(statuses(progress)).toEqual(['succeeded', 'succeeded', 'failed', 'skipped', 'skipped', 'skipped'])
    expect(progress.failed).toMatchObject({ id: 'image-pull', error: { action: 'Try again.' }, logTail: ['a'] })
    expect(progress.undo).toEqual([
      { name: 'image.remove', status: 'done', message: 'Removed the image' },
      { name: 'reservation.release', status: 'pending', message: '' },
    ])
    expect(progress.state).toBe('undoing')
  })

  it('I4: calls undone what stood before the undo ended', () => {
    const events = sequence([
      ...upToPull,
      ...failure,
      { type: 'undo.failed', data: { name: 'reservation.release', message: 'no answer' } },
      { type: 'undo.done', data: { name: 'reservation.release', message: 'Gave back the room' } },
      { type: 'state', data: { from: 'undoing', to: 'failed' } },
    ])
    const progress = foldProgress(view, events)
    expect(statuses(progress)).toEqual(['undone', 'undone', 'failed', 'skipped', 'skipped', 'skipped'])
    expect(progress.undo.map((line) => line.status)).toEqual(['done', 'done'])
  })

  it('begins anew with the next attempt', () => {
    const first = sequence([...upToPull, ...failure])
    const second = sequence(upToPull.slice(0, 3), 2).map((event) => ({ ...event, n: event.n + first.length }))
    const progress = foldProgress(view, [...first, ...second])
    expect(progress.attempt).toBe(2)
    expect(statuses(progress)).toEqual(['running', ...Array(5).fill('pending')])
    expect(progress.failed).toBeNull()
  })

  it('a step that another worker took up keeps its start', () => {
    const events = sequence([
      ...upToPull,
      { type: 'step.resumed', data: { step: 'image-pull', message: 'Taken up again' } },
    ])
    const pull = foldProgress(view, events).steps[2]
    expect(pull).toMatchObject({ status: 'running', startedMs: START + 6000, sentence: 'Taken up again' })
  })

  it('believes the view where it is newer than the events', () => {
    const events = sequence(upToPull)
    expect(foldProgress({ ...view, state: 'healthy', lastEvent: 40 }, events).state).toBe('healthy')
    expect(foldProgress({ ...view, state: 'queued', lastEvent: 2 }, events).state).toBe('deploying')
  })

  it('I5: every prefix folds to what a reload at that moment would draw', () => {
    const events = sequence([...upToPull, ...failure])
    for (let n = 0; n <= events.length; n++) {
      const prefix = events.slice(0, n)
      expect(foldProgress(view, prefix)).toEqual(foldProgress(view, structuredClone(prefix)))
    }
  })
})
