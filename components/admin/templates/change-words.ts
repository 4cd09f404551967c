/** How a value of a template reads in a list of changes. Pure. */
import { partLabel } from './editor/field-path.ts'
import { writeBytes, writeThousandths } from './editor/quantities.ts'

const TEXT_MAX = 600

export function valueWords(path: string, value: unknown): string {
  if (value === undefined || value === null || value === '') return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') {
    if (/Bytes$/.test(path)) return writeBytes(value)
    if (/cpuMillis$/.test(path)) return `${writeThousandths(value)} vCPU`
    if (/Ms$/.test(path)) return `${writeThousandths(value)} s`
    return String(value)
  }
  return clip(typeof value === 'string' ? value : plainWords(value))
}

/** "GIT_TOKEN, required, secret": a thing by its parts, its name first; what it is not is left out. */
function plainWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    const isPlain = value.every((item) => typeof item !== 'object')
    return value.length === 0 ? 'none' : value.map(plainWords).join(isPlain ? ', ' : '; ')
  }
  return Object.entries(value)
    .sort(([a], [b]) => Number(b === 'name') - Number(a === 'name'))
    .flatMap(([key, part]) => partWords(key, part))
    .join(', ')
}

/** Parts that speak for themselves. */
const UNNAMED = new Set(['name', 'values'])

function partWords(key: string, part: unknown): string[] {
  if (part === undefined || part === null || part === false) return []
  if (part === '') return key === 'description' ? [] : [`${partLabel(key)} empty`]
  if (part === true) return [partLabel(key)]
  return [UNNAMED.has(key) ? plainWords(part) : `${partLabel(key)} ${plainWords(part)}`]
}

const clip = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text)
