/** What a person and their cloud account allow, as limits of a plan and as what the plan says when it meets them. */
import type { PlanBudget, PlanLimit } from '#server/api/views-placement.ts'
import type { PlacementPreferences, Snapshot } from '#server/placement/index.ts'

export interface DropletRoom {
  /** Beside those that stand; of a fleet made anew, in all. */
  dropletsMax: number
  /** What sets it. */
  constraint: Exclude<PlanLimit['constraint'], 'size'>
}

/** @param anew what stands gives its place, and automatic droplets may be off: nobody would make this fleet by itself */
export function dropletRoom(snapshot: Snapshot, { provisioning }: PlacementPreferences, anew: boolean): DropletRoom {
  const { enabled, maxDropletsPerUser } = provisioning
  const standing = snapshot.droplets.length
  if (!enabled && !anew) return { dropletsMax: 0, constraint: 'off' }
  const account = snapshot.dropletsLeft + (anew ? standing : 0)
  const own = (maxDropletsPerUser ?? Number.POSITIVE_INFINITY) - (anew ? 0 : standing)
  return own < account
    ? { dropletsMax: Math.max(0, own), constraint: 'max-droplets' }
    : { dropletsMax: Math.max(0, account), constraint: 'account-full' }
}

/**
 * Why some find no room, and what to do.
 * @param dropletsNeeded as many new droplets as a plan without the limit has
 */
export function limitOf(
  { dropletsMax, constraint }: DropletRoom,
  dropletsNeeded: number,
  { standing, anew }: { standing: number; anew: boolean },
): PlanLimit {
  const needed = `${dropletsNeeded}${anew ? '' : ' new'} ${dropletsNeeded === 1 ? 'droplet' : 'droplets'} would be enough`
  const inAll = dropletsNeeded + (anew ? 0 : standing)
  const limit = { constraint, dropletsMax, dropletsNeeded }
  switch (constraint) {
    case 'off':
      return {
        ...limit,
        detail: `You have turned automatic droplets off; ${needed}.`,
        change: 'Turn them on in your placement settings, create droplets yourself, or plan less.',
      }
    case 'max-droplets':
      return {
        ...limit,
        detail: `You allow no more than ${dropletsMax}${anew ? '' : ' more'}; ${needed}.`,
        change: `Allow ${inAll} in all in your placement settings, or plan less.`,
      }
    case 'account-full':
      return {
        ...limit,
        detail: `The cloud account may have no more than ${dropletsMax}${anew ? '' : ' more'}; ${needed}.`,
        change: `Ask DigitalOcean for a limit of ${inAll} droplets or more, or plan less.`,
      }
  }
}

/** While the cloud is down only what stands can be filled. */
export const NO_SIZES: PlanLimit = {
  constraint: 'size',
  dropletsMax: 0,
  dropletsNeeded: null,
  detail: 'The cloud’s sizes and prices can’t be read right now.',
  change: 'Try again in a minute.',
}

/** Null when the person has set none. */
export function budgetOf({ provisioning }: PlacementPreferences, monthlyMicros: number): PlanBudget | null {
  const budget = provisioning.monthlyBudgetMicros
  return budget === null ? null : { monthlyMicros: budget, overMicros: Math.max(0, monthlyMicros - budget) }
}
