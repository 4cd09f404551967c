import { describe, expect, it } from 'vitest'
import { card, summary } from '#components/testing/rows.ts'
import { cardState, categoryLabel, costWords, facts, needs, runsOf } from './card-model.ts'

const base = { template: card(), deployments: [], startedId: null, submitting: false, refused: null }
const id = summary().deploymentId
const short = (state: ReturnType<typeof cardState>) => `${state.kind}: ${state.label} (${state.click})`

describe("a card's button", () => {
  it.each([
    ['nothing happened', {}, 'idle: Deploy Now (deploy)'],
    ['the click travels', { submitting: true }, 'analyzing: Analyzing (nothing)'],
    ['the server refused', { refused: 'A variable is missing.' }, 'error: Retry (deploy)'],
    ['its row is on the way', { startedId: id }, 'analyzing: Analyzing (nothing)'],
    ['it waits for a worker', { deployments: [summary({ state: 'queued' })] }, 'analyzing: Queued (nothing)'],
    [
      'the first step runs',
      { deployments: [summary({ state: 'deploying', step: { id: 'analysis', index: 0 } })] },
      'analyzing: Analyzing (nothing)',
    ],
    [
      'the third step runs',
      { deployments: [summary({ state: 'deploying', step: { id: 'image-pull', index: 2 } })] },
      'deploying: Deploying 3/6 (nothing)',
    ],
    ['it is healthy', { deployments: [summary()] }, 'success: Deployed (open)'],
    ['it is being undone', { deployments: [summary({ state: 'undoing' })] }, 'error: Undoing (nothing)'],
    ['it failed here', { startedId: id, deployments: [summary({ state: 'failed' })] }, 'error: Retry (deploy)'],
    ['it failed long ago', { deployments: [summary({ state: 'failed' })] }, 'idle: Deploy Now (deploy)'],
    [
      'it was cancelled',
      { startedId: id, deployments: [summary({ state: 'cancelled' })] },
      'idle: Deploy Now (deploy)',
    ],
    [
      'another template runs',
      { deployments: [summary({ template: { slug: 'x', name: 'X' } })] },
      'idle: Deploy Now (deploy)',
    ],
    ['its image was not checked yet', { template: card({ runnable: null }) }, 'idle: Deploy Now (deploy)'],
    [
      'its registry deleted it',
      { template: card({ upstream: { status: 'deleted', message: null } }) },
      'idle: Deploy Now (nothing)',
    ],
    ['its image can not be had', { template: card({ runnable: false }) }, 'idle: Deploy Now (nothing)'],
    ['it fits nowhere', { template: card({ cost: { kind: 'none', reason: 'no' } }) }, 'idle: Deploy Now (nothing)'],
  ])('when %s', (_case, over, expected) => {
    expect(short(cardState({ ...base, ...over }))).toBe(expected)
  })

  it('moves its line forward with the steps and never fills it before the end', () => {
    const at = (index: number) =>
      cardState({ ...base, deployments: [summary({ state: 'deploying', step: { id: 'health-check', index } })] })
        .progress ?? 0
    const line = [0, 1, 2, 3, 4, 5].map(at)
    expect(line).toEqual([...line].sort((a, b) => a - b))
    expect(line.at(-1)).toBeLessThan(1)
  })
})

describe("a card's words", () => {
  it('counts what is asked', () => {
    const variable = { name: 'A', description: '', isRequired: true, isSecret: false }
    expect(needs({ requiredVariables: [] })).toBe('')
    expect(needs({ requiredVariables: [{ ...variable, isSecret: true }] })).toBe('needs 1 secret')
    expect(needs({ requiredVariables: [variable, variable, { ...variable, isSecret: true }] })).toBe(
      'needs 1 secret and 2 values',
    )
    // Berth makes this one itself: one click is enough.
    expect(needs({ requiredVariables: [{ ...variable, isSecret: true, generate: true }] })).toBe('')
  })

  it('says what it would cost this user now', () => {
    expect(costWords({ kind: 'existing', dropletName: 'nyc3-1' }).text).toBe('free on nyc3-1')
    expect(costWords({ kind: 'create', priceMonthlyMicros: 6_000_000, size: 's-1vcpu-1gb', region: 'nyc3' }).text).toBe(
      '+$6.00/mo new droplet',
    )
  })

  it('leaves out what is not known', () => {
    expect(facts(card())).toBe('9 tools · stdio · 128 MB')
    expect(facts(card({ toolsCount: null }))).toBe('stdio · 128 MB')
    expect(runsOf(card({ runnable: null }))).toBe('unknown')
  })

  it('names categories as people do', () => {
    expect(categoryLabel('developer-tools')).toBe('Developer tools')
    expect(categoryLabel('ai')).toBe('AI')
  })
})
