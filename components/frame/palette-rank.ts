/**
 * How well an entry answers what was typed: every word must stand in it, the start of a name counts most. Pure.
 * @param found what the server found the entry by: it knows slips of the finger
 */
export function paletteRank(entry: string, typed: string, found: readonly string[] = []): number {
  const text = entry.toLowerCase()
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (!words.every((word) => text.includes(word))) return found.includes(typed.trim()) ? 0.2 : 0
  const first = words[0] ?? ''
  if (text.startsWith(first)) return 1
  return text.includes(` ${first}`) ? 0.7 : 0.4
}
