/** A seeded source of numbers in [0, 1): the same seed gives the same plan. Placement never draws its own randomness. */
export type Random = () => number

/** 32-bit Weyl sequence with a mixing step (mulberry32, public domain): quick, and even enough for a search. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
