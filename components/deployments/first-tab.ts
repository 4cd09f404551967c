/** Which tab opens when the address names none. Pure. */
import type { StepModel } from './steps-model.ts'

export const TABS = ['tools', 'logs', 'timeline', 'why', 'settings'] as const
export type Tab = (typeof TABS)[number]

/** After a failure, the one that explains it; after a cancel, the story of it. */
export function firstTab(failed: Pick<StepModel, 'id' | 'logTail' | 'error'> | null): Tab {
  if (!failed) return 'tools'
  if (failed.logTail.length > 0) return 'logs'
  if (failed.error?.code === 'CANCELLED') return 'timeline'
  return failed.id === 'droplet-selection' ? 'why' : 'timeline'
}
