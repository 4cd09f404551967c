import { describe, expect, it } from 'vitest'
import { summary } from '#components/testing/rows.ts'
import { pillLabel, progressWords, running, tabTitle } from './running-model.ts'

const deploying = summary({ state: 'deploying', step: { id: 'image-pull', index: 2 } })

describe('what is under way', () => {
  it('counts only states that a worker moves on', () => {
    const rows = [
      deploying,
      summary({ state: 'healthy' }),
      summary({ state: 'failed' }),
      summary({ state: 'deleting' }),
    ]
    expect(running(rows).map((row) => row.state)).toEqual(['deploying', 'deleting'])
  })

  it.each([
    [[deploying], '1 deploying'],
    [[deploying, summary({ state: 'queued' })], '2 deploying'],
    [[summary({ state: 'stopping' })], '1 in progress'],
    [[deploying, summary({ state: 'undoing' })], '1 deploying, 1 more'],
  ])('says it short', (rows, text) => expect(pillLabel(rows)).toBe(text))

  it("the browser's tab shows the state, else the page", () => {
    expect(tabTitle('Deployments', [deploying])).toBe('● 1 deploying · Berth')
    expect(tabTitle('Deployments', [])).toBe('Deployments · Berth')
  })

  it('names the step and its number', () => {
    expect(progressWords(deploying)).toBe('Pulling image, 3 of 6')
    expect(progressWords(summary({ state: 'queued' }))).toBe('Queued')
  })
})
