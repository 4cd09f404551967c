/** What the deploy form holds beyond variables, and what it asks the server for. Pure. */
import {
  readBytes,
  readThousandths,
  writeBytes,
  writeThousandths,
} from '#components/admin/templates/editor/quantities.ts'
import { type Wanted, wantedIn } from '#components/placement/preview-model.ts'
import { formatBytes, formatCpu, plural } from '#components/ui/format.ts'
import type { DefaultsView, TemplateCard } from '#server/api/views-templates.ts'
import { filledIn, initialValues, type VariableField, type VariableValues } from './variable-model.ts'

export interface DeployValues extends VariableValues {
  name: string
  region: string
  /** Where the person wants it, and nowhere else; null: Berth chooses. */
  wanted: Wanted | null
  memory: string
  cpu: string
}

export interface DeployRequest {
  template: string
  name?: string
  region?: string
  dropletId?: string
  newDroplet?: { size: string; region: string }
  variables?: Record<string, string>
  reuse?: Record<string, string>
  resources?: { memoryBytes?: number; cpuMillis?: number }
}

type Sized = Pick<TemplateCard, 'slug' | 'memoryBytes' | 'cpuMillis'>

export function beginWith(
  template: Sized,
  fields: readonly VariableField[],
  defaults: DefaultsView | null,
): DeployValues {
  const { memoryBytes, cpuMillis } = defaults?.resources ?? template
  return {
    ...initialValues(fields),
    ...{ name: '', region: '', wanted: null, memory: writeBytes(memoryBytes), cpu: writeThousandths(cpuMillis) },
  }
}

/** Only what differs from what the template says anyway. */
export function requestFor(template: Sized, fields: readonly VariableField[], values: DeployValues): DeployRequest {
  const { variables, reuse } = filledIn(fields, values)
  const [memoryBytes, cpuMillis] = [readBytes(values.memory), readThousandths(values.cpu)]
  const resources = {
    ...(memoryBytes !== template.memoryBytes && { memoryBytes }),
    ...(cpuMillis !== template.cpuMillis && { cpuMillis }),
  }
  const [name, region] = [values.name.trim(), values.region.trim()]
  return {
    template: template.slug,
    ...(name && { name }),
    ...(region && { region }),
    ...wantedIn(region, values.wanted),
    ...(some(variables) && { variables }),
    ...(some(reuse) && { reuse }),
    ...(some(resources) && { resources }),
  }
}

const some = (record: object): boolean => Object.keys(record).length > 0

const MEMORY_MIN_BYTES = 16 * 2 ** 20
const CPU_MIN_MILLIS = 10

export function memoryProblem(text: string): string | null {
  const bytes = readBytes(text)
  if (Number.isNaN(bytes)) return 'Use an amount such as 256 MB.'
  return bytes < MEMORY_MIN_BYTES ? `Use at least ${formatBytes(MEMORY_MIN_BYTES)}.` : null
}

export function cpuProblem(text: string): string | null {
  const millis = readThousandths(text)
  if (Number.isNaN(millis)) return 'Use a number of vCPUs such as 0.25.'
  return millis < CPU_MIN_MILLIS ? 'Use at least 0.01.' : null
}

export const isRegion = (text: string): boolean => /^[a-z0-9]{1,20}$/.test(text)

export const regionProblem = (text: string): string | null =>
  text.trim() === '' || isRegion(text.trim()) ? null : 'Use the short name of a region, such as nyc3.'

/** Where the figures of the limits come from, in one sentence. */
export function basisWords({ basis }: Pick<DefaultsView['resources'], 'basis'>): string {
  if (!basis) return 'The template’s own figures: too little was measured yet to say better.'
  const seen = `${plural(basis.samples, 'measurement')} of ${plural(basis.deployments, 'deployment')}`
  return `Measured: in ${seen}, 95 of 100 were at most ${formatBytes(basis.p95MemoryBytes)} and ${formatCpu(Math.ceil(basis.p95CpuMillis / 10) * 10)}; there is head-room on top.`
}

/** "Name, region, limits and 4 variables" */
export function moreWords(fields: readonly VariableField[]): string {
  const count = fields.filter(({ asked }) => !asked).length
  return count === 0 ? 'Name, region and limits' : `Name, region, limits and ${plural(count, 'variable')}`
}

/** What is taken from earlier deployments without being asked; null when nothing is. */
export function reuseWords(fields: readonly VariableField[], values: VariableValues): string | null {
  const used = fields.flatMap(({ name, asked, saved }) => (saved && !asked && values.saved[name] ? [saved] : []))
  const from = [...new Set(used.map(({ deploymentName }) => deploymentName))]
  return used.length === 0 ? null : `Uses ${plural(used.length, 'saved value')} of ${from.join(', ')}.`
}
