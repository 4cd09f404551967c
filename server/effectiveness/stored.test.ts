import { expect, test } from 'vitest'
import { request, snapshot } from '../placement/testing.ts'
import { packInput, unpackInput } from './stored.ts'

test('what was packed comes back the same', async () => {
  const input = { snapshot: snapshot({ latencyMs: { fra1: 0.1 + 0.2 } }), request: request() }
  expect(await unpackInput(await packInput(input))).toEqual(input)
})

test('a decision from before departures were counted is read as of somebody whose deployments never end', async () => {
  const { left: _, ...demand } = snapshot().demand
  const older = { snapshot: { ...snapshot(), demand: demand as typeof demand & { left: number } }, request: request() }
  const { snapshot: read } = await unpackInput(await packInput(older))
  expect(read.demand).toEqual({ ...demand, left: 0 })
})
