import { describe, expect, test } from 'vitest'
import type { PackPlan, PackProblem } from './problem.ts'
import { verifyPlan } from './verify.ts'

const problem: PackProblem = {
  items: [
    { id: 'a', demand: [4, 1] },
    { id: 'b', demand: [3, 1] },
  ],
  sizes: [{ slug: 'small', capacity: [5, 5], price: 6, max: 1 }],
  existing: [{ id: 'd1', free: [3, 3] }],
  dropletsMax: 1,
}
const good: PackPlan = {
  droplets: [
    { kind: 'existing', id: 'd1', items: ['b'] },
    { kind: 'new', size: 'small', price: 6, items: ['a'] },
  ],
  unplaced: [],
  cost: 6,
}
const made = (items: string[]) => ({ kind: 'new' as const, size: 'small', price: 6, items })

describe('verifying a plan', () => {
  test('a plan that keeps every rule has nothing wrong', () => {
    expect(verifyPlan(problem, good)).toEqual([])
  })

  test.each<[string, PackPlan, string[]]>([
    ['a lost item', { ...good, droplets: good.droplets.slice(1) }, ['item b is lost']],
    ['an item in two places', { ...good, unplaced: ['a'] }, ['item a appears twice']],
    ['a stranger', { ...good, unplaced: ['c'] }, ['item c is not in the problem']],
    [
      'too much on a droplet',
      { droplets: [made(['a', 'b'])], unplaced: [], cost: 6 },
      ['dimension 0: 7 on a droplet that has 5'],
    ],
    [
      'more droplets than allowed',
      { droplets: [made(['a']), made(['b'])], unplaced: [], cost: 12 },
      ['2 droplets of size small, which is too many', '2 new droplets, which is too many'],
    ],
    ['a wrong sum', { ...good, cost: 5 }, ['costs 6, not 5']],
    [
      'a droplet that is not there',
      { ...good, droplets: [{ kind: 'existing', id: 'd9', items: ['b'] }, made(['a'])] },
      ['droplet d9 does not exist'],
    ],
  ])('%s is named', (_, plan, wrong) => {
    expect(verifyPlan(problem, plan)).toEqual(wrong)
  })
})
