import { expect, it } from 'vitest'
import { card } from '#components/testing/rows.ts'
import { goodFirst } from './good-first.ts'

const secret = { name: 'KEY', description: '', isRequired: true, isSecret: true }

it('offers what runs here without a question, and never what can not be had', () => {
  const offered = goodFirst([
    card({ slug: 'famous', popularity: 9000, runnable: null }),
    card({ slug: 'asks', requiredVariables: [secret] }),
    card({ slug: 'makes-its-own', requiredVariables: [{ ...secret, generate: true }], popularity: 1 }),
    card({ slug: 'gone', runnable: false }),
    card({ slug: 'malware', upstream: { status: 'deleted', message: null } }),
    card({ slug: 'here', popularity: 5 }),
  ])
  expect(offered.map(({ slug }) => slug)).toEqual(['here', 'makes-its-own', 'famous'])
})
