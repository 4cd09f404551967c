/** Keys as data, and the pure part of reading them. */
import type { Place } from './places.ts'

export interface KeyBinding {
  keys: string[]
  label: string
  group: 'Go to' | 'Anywhere' | 'Marketplace' | 'Templates' | 'Logs'
}

export const keyTable = (places: readonly Place[]): KeyBinding[] => [
  ...places.map((place): KeyBinding => ({ keys: ['g', place.key], label: place.label, group: 'Go to' })),
  { keys: ['Ctrl K'], label: 'Command palette (Cmd K on a Mac)', group: 'Anywhere' },
  { keys: ['?'], label: 'This list', group: 'Anywhere' },
  { keys: ['['], label: 'Fold or unfold the rail', group: 'Anywhere' },
  { keys: ['/'], label: 'Search', group: 'Marketplace' },
  ...(places.some((place) => place.href === '/admin/templates') ? TEMPLATE_KEYS : []),
]

const TEMPLATE_KEYS: KeyBinding[] = [
  { keys: ['/'], label: 'Search', group: 'Templates' },
  { keys: ['↑', '↓'], label: 'Walk the rows', group: 'Templates' },
  { keys: ['x'], label: 'Select the row', group: 'Templates' },
  { keys: ['Ctrl S'], label: 'Save, in the editor', group: 'Templates' },
]

/** A `g` waits this long for its letter. */
export const CHORD_MS = 1200

export interface KeyPress {
  key: string
  ctrlOrMeta: boolean
  alt: boolean
  /** The focus is in a field, where letters are text. */
  typing: boolean
  atMs: number
}

export type KeyAction =
  | { type: 'palette' }
  | { type: 'help' }
  | { type: 'rail' }
  | { type: 'go'; href: string }
  | { type: 'chord'; startedMs: number }
  | null

export function readKey(press: KeyPress, chordMs: number | null, places: readonly Place[]): KeyAction {
  if (press.ctrlOrMeta) return press.key.toLowerCase() === 'k' && !press.alt ? { type: 'palette' } : null
  if (press.typing || press.alt) return null
  if (chordMs !== null && press.atMs - chordMs <= CHORD_MS) {
    const place = places.find((each) => each.key === press.key)
    if (place) return { type: 'go', href: place.href }
  }
  if (press.key === 'g') return { type: 'chord', startedMs: press.atMs }
  if (press.key === '?') return { type: 'help' }
  if (press.key === '[') return { type: 'rail' }
  return null
}
