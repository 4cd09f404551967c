import type { FactorRule } from '../context.ts'
import type { FactorName } from '../types.ts'
import { cost } from './cost.ts'
import { load } from './load.ts'
import { location } from './location.ts'
import { preferences } from './preferences.ts'
import { redundancy } from './redundancy.ts'
import { resources } from './resources.ts'

export const FACTORS: Record<FactorName, FactorRule> = { resources, load, location, cost, redundancy, preferences }
