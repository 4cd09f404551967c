/** How a value of a template reads in a list of changes. Pure. */
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
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.length === 0 ? 'none' : clip(value.join(', '))
  return clip(typeof value === 'string' ? value : JSON.stringify(value, null, 1).replace(/\n\s*/g, ' '))
}

const clip = (text: string): string => (text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text)
