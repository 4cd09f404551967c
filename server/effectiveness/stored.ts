/**
 * What a decision was made from, as its row keeps it: gzipped JSON of snapshot and request. JSON keeps every number of
 * a snapshot exactly, so `choose` gives the stored decision again, to the last digit (I10).
 */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { PlacementRequest, Snapshot } from '#server/placement/types.ts'

export interface DecisionInput {
  snapshot: Snapshot
  request: PlacementRequest
}

const zip = promisify(gzip)
/** A snapshot of ten thousand droplets; more is not one of ours. */
const unzip = (packed: Buffer): Promise<Buffer> => promisify(gunzip)(packed, { maxOutputLength: 64 * 2 ** 20 })

export const packInput = (input: DecisionInput): Promise<Buffer> => zip(JSON.stringify(input))

/** Written by `packInput` only; by policy version 1 without what left, which that version did not look at. */
export async function unpackInput(packed: Buffer): Promise<DecisionInput> {
  const { snapshot, request } = JSON.parse((await unzip(packed)).toString('utf8')) as DecisionInput
  return { snapshot: { ...snapshot, demand: { ...snapshot.demand, left: snapshot.demand.left ?? 0 } }, request }
}
