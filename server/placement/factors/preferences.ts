/** Whether it is what the user likes: the share of the stated wishes (region, size, droplet) that it meets. */
import type { Context, FactorRule, Option } from '../context.ts'

export const preferences: FactorRule = {
  score(option, context) {
    const { stated, met } = wishesOf(option, context)
    return stated.length === 0 ? 1 : met.length / stated.length
  },
  detail(option, context) {
    const { stated, met } = wishesOf(option, context)
    if (stated.length === 0) return 'You prefer no region, size or droplet'
    const missed = stated.filter((wish) => !met.includes(wish))
    if (missed.length === 0) return `The ${stated.join(' and ')} that you prefer`
    return met.length > 0
      ? `The ${met.join(' and ')} that you prefer, not the ${missed.join(' and ')}`
      : `Not the ${missed.join(' or ')} that you prefer`
  },
}

function wishesOf(option: Option, context: Context): { stated: string[]; met: string[] } {
  const wishes = [
    ['region', context.preferredRegions, option.region],
    ['size', context.preferredSizes, option.size],
    ['droplet', context.preferredDroplets, option.id],
  ] as const
  const stated = wishes.filter(([, wished]) => wished.size > 0)
  return {
    stated: stated.map(([name]) => name),
    met: stated.filter(([, wished, value]) => wished.has(value)).map(([name]) => name),
  }
}
