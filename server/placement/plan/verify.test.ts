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

const apart: PackProblem = {
  items: [
    { id: 'a', demand: [1, 1], group: 'g' },
    { id: 'b', demand: [1, 1], group: 'g' },
    { id: 'c', demand: [1, 1], alone: true },
  ],
  sizes: [{ slug: 'small', capacity: [5, 5], price: 6 }],
  existing: [
    { id: 'd1', free: [3, 3], groups: ['g'], occupied: true },
    { id: 'd2', free: [3, 3] },
  ],
}
const here = (id: string, items: string[]) => ({ kind: 'existing' as const, id, items })

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

  test.each<[string, PackPlan['droplets'], string[]]>([
    ['each where it may be', [here('d2', ['c']), made(['a']), made(['b'])], []],
    ['two of a group', [made(['a', 'b']), made(['c'])], ['item b is beside another of group g']],
    [
      'one of a group where one is already',
      [here('d1', ['a']), made(['b']), made(['c'])],
      ['item a is beside another of group g'],
    ],
    ['what must be alone beside another', [made(['a', 'c']), made(['b'])], ['item c is not alone']],
    [
      'what must be alone where something is already',
      [here('d1', ['c']), made(['a']), made(['b'])],
      ['item c is not alone'],
    ],
  ])('standing apart: %s', (_, droplets, wrong) => {
    const cost = droplets.reduce((sum, { kind }) => sum + (kind === 'new' ? 6 : 0), 0)
    expect(verifyPlan(apart, { droplets, unplaced: [], cost })).toEqual(wrong)
  })
})
