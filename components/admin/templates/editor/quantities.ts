/** Amounts as people type them: "256 MB", "0.25", "30 s". Pure; what is read back is exactly what was written. */

const UNITS: Record<string, number> = {
  b: 1,
  kb: 2 ** 10,
  kib: 2 ** 10,
  k: 2 ** 10,
  mb: 2 ** 20,
  mib: 2 ** 20,
  m: 2 ** 20,
  gb: 2 ** 30,
  gib: 2 ** 30,
  g: 2 ** 30,
  tb: 2 ** 40,
  tib: 2 ** 40,
  t: 2 ** 40,
}

const SHOWN = [
  ['TB', 2 ** 40],
  ['GB', 2 ** 30],
  ['MB', 2 ** 20],
  ['KB', 2 ** 10],
] as const

/** In the largest unit that needs no fraction, so that nothing is rounded away. */
export function writeBytes(bytes: number): string {
  for (const [unit, size] of SHOWN) if (bytes > 0 && bytes % size === 0) return `${bytes / size} ${unit}`
  return `${bytes} B`
}

/** A bare number means MB. NaN when it can't be read. */
export function readBytes(text: string): number {
  const found = /^\s*(\d+(?:[.,]\d+)?)\s*([a-z]*)\s*$/i.exec(text)
  if (!found) return Number.NaN
  const [, amount = '', unit = ''] = found
  const size = UNITS[unit.toLowerCase() || 'mb']
  return size === undefined ? Number.NaN : Math.round(Number(amount.replace(',', '.')) * size)
}

/** Thousandths as a decimal: 250 is "0.25". */
export const writeThousandths = (millis: number): string => String(millis / 1000)

export function readThousandths(text: string): number {
  const found = /^\s*(\d+(?:[.,]\d+)?)\s*(?:vcpus?|s|seconds?)?\s*$/i.exec(text)
  return found ? Math.round(Number((found[1] ?? '').replace(',', '.')) * 1000) : Number.NaN
}

/** NaN for what is no whole number. */
export const readWhole = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN)
