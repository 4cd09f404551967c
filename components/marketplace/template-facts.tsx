import Link from 'next/link'
import type { ReactNode } from 'react'
import { formatBytes, formatCpu } from '#components/ui/format.ts'
import type { TemplateView } from '#server/api/views-templates.ts'
import { categoryLabel, costWords } from './card-model.ts'
import { NO_FILTERS, writeFilters } from './filters.ts'
import { Section } from './template-section.tsx'

/** How it runs: what it is made of, what it takes, what reaches it. */
export function TemplateFacts({ template }: { template: TemplateView }) {
  const { transport, package: source } = template
  const rows: [string, ReactNode][] = [
    [
      'Category',
      <Link
        key="category"
        href={`/marketplace${writeFilters({ ...NO_FILTERS, category: template.category })}`}
        className="rounded-control underline underline-offset-2"
      >
        {categoryLabel(template.category)}
      </Link>,
    ],
    ['Resources', resourceWords(template)],
    ['Monthly cost', costWords(template.cost).text],
    ['Transport', transportWords(transport)],
    ['Ports', portWords(template)],
  ]
  if (source)
    rows.push([
      'Package',
      <span key="package">
        {source.registryType === 'npm' ? 'npm' : 'PyPI'}{' '}
        <code>
          {source.identifier} {source.version}
        </code>
        , installed once a droplet from a list with the hash of every dependency
      </span>,
    ])
  rows.push(
    [source ? 'Runner image' : 'Image', <code key="image">{template.image}</code>],
    [
      'Volumes',
      template.volumes.length > 0
        ? template.volumes.map(({ name, path }) => `${name} at ${path}`).join(', ')
        : 'none: nothing outlives the container',
    ],
    [
      'Filesystem',
      template.writableRootReason ? `writable: ${template.writableRootReason}` : 'read-only outside its volumes',
    ],
  )
  if (template.capabilities.length > 0) rows.push(['Capabilities', template.capabilities.join(', ')])
  return (
    <Section title="How it runs">
      <dl className="divide-y">
        {rows.map(([name, value]) => (
          <div key={name} className="grid grid-cols-[7rem_minmax(0,1fr)] gap-3 px-4 py-2.5">
            <dt className="text-muted">{name}</dt>
            <dd className="[&_code]:font-mono [&_code]:text-sm [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  )
}

const resourceWords = ({ memoryBytes, cpuMillis, diskBytes }: TemplateView): string =>
  `${formatBytes(memoryBytes)} memory, ${formatCpu(cpuMillis)}, ${formatBytes(diskBytes)} disk`

function transportWords(transport: TemplateView['transport']): string {
  switch (transport.type) {
    case 'stdio':
      return `stdio, bridged to Streamable HTTP; ${transport.shared ? 'one process for all sessions' : 'one process for each session'}`
    case 'sse':
      return 'HTTP+SSE, bridged to Streamable HTTP'
    case 'streamable-http':
      return 'Streamable HTTP'
  }
}

const portWords = ({ portMappings }: TemplateView): string =>
  portMappings.length === 0
    ? 'none: it speaks through its standard streams'
    : portMappings
        .map(
          ({ containerPort, protocol }) =>
            `${containerPort}/${protocol} in the container → a free port of the droplet’s loopback, which only Berth reaches`,
        )
        .join(', ')
