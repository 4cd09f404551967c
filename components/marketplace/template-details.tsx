'use client'
import { useQuery } from '@tanstack/react-query'
import { BadgeCheck, BookOpen, Code } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { DecisionView } from '#components/deployments/placement-tab.tsx'
import { useDeployments } from '#components/live/fleet-data.ts'
import { DeploymentStatus } from '#components/status/status-badge.tsx'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { formatBytes, formatCpu } from '#components/ui/format.ts'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { TemplateView } from '#server/api/views.ts'
import { categoryLabel } from './card-model.ts'
import { DeployPanel } from './deploy-panel.tsx'
import { TemplateMark } from './template-mark.tsx'
import { TemplateSkeleton } from './template-skeleton.tsx'

export function TemplateDetails({ slug }: { slug: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.templates.get.queryOptions({ slug }))
  if (error) return <QueryError error={error} retry={refetch} />
  if (!data) return <TemplateSkeleton />
  return (
    <div className="grid grid-cols-1 gap-5">
      <Header template={data} />
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_360px]">
        <div className="order-2 grid gap-5 lg:order-1">
          <Card>
            <Facts template={data} />
          </Card>
          <VariablesCard template={data} />
          <WhereCard slug={slug} />
          <OwnDeployments slug={slug} />
        </div>
        <div className="order-1 lg:sticky lg:top-18 lg:order-2">
          <DeployPanel key={slug} template={data} />
        </div>
      </div>
    </div>
  )
}

const Header = ({ template }: { template: TemplateView }) => (
  <header className="flex flex-wrap items-start gap-x-4 gap-y-3">
    <TemplateMark name={template.name} className="size-10" />
    <div className="grid min-w-0 flex-1 basis-60 gap-1">
      <div className="flex flex-wrap items-center gap-x-3">
        <h1 className="font-semibold text-lg tracking-tight [overflow-wrap:anywhere]">{template.name}</h1>
        {template.isOfficial && (
          <span className="flex items-center gap-1 text-muted text-sm">
            <BadgeCheck className="size-4 text-accent" aria-hidden /> official
          </span>
        )}
      </div>
      <p className="max-w-2xl [overflow-wrap:anywhere]">{template.description}</p>
    </div>
    <div className="flex gap-2">
      {template.githubUrl && (
        <OutLink href={template.githubUrl} icon={<Code />}>
          Source
        </OutLink>
      )}
      {template.documentationUrl && (
        <OutLink href={template.documentationUrl} icon={<BookOpen />}>
          Docs
        </OutLink>
      )}
    </div>
  </header>
)

/** Only web addresses: a template is data, and data may hold anything. */
function OutLink({ href, icon, children }: { href: string; icon: ReactNode; children: ReactNode }) {
  if (!/^https?:\/\//.test(href)) return null
  return (
    <Button asChild>
      <a href={href} target="_blank" rel="noreferrer">
        {icon}
        {children}
      </a>
    </Button>
  )
}

function Facts({ template }: { template: TemplateView }) {
  const { transport } = template
  const rows: [string, ReactNode][] = [
    ['Category', categoryLabel(template.category)],
    ['Version', `v${template.version}`],
    ['Image', <code key="image">{template.image}</code>],
    [
      'Transport',
      transport.type === 'stdio'
        ? `stdio, bridged to Streamable HTTP; ${transport.shared ? 'one process for all sessions' : 'one process for each session'}`
        : 'Streamable HTTP',
    ],
    [
      'Limits',
      `${formatBytes(template.memoryBytes)} memory, ${formatCpu(template.cpuMillis)}, ${formatBytes(template.diskBytes)} disk`,
    ],
    [
      'Volumes',
      template.volumes.length > 0
        ? template.volumes.map((volume) => `${volume.name} at ${volume.path}`).join(', ')
        : 'none: nothing outlives the container',
    ],
    [
      'Filesystem',
      template.writableRootReason ? `writable: ${template.writableRootReason}` : 'read-only outside its volumes',
    ],
  ]
  if (template.toolsCount !== null) rows.push(['Tools', String(template.toolsCount)])
  if (template.capabilities.length > 0) rows.push(['Capabilities', template.capabilities.join(', ')])
  if (template.tags.length > 0) rows.push(['Tags', template.tags.join(', ')])
  return (
    <dl className="divide-y">
      {rows.map(([name, value]) => (
        <div key={name} className="grid grid-cols-[7rem_minmax(0,1fr)] gap-3 px-4 py-2.5">
          <dt className="text-muted">{name}</dt>
          <dd className="[&_code]:font-mono [&_code]:text-sm [overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function VariablesCard({ template }: { template: TemplateView }) {
  return (
    <Card>
      <h2 className="border-b px-4 py-2.5 font-medium">Variables</h2>
      {template.variables.length === 0 ? (
        <p className="px-4 py-3 text-muted">It takes none.</p>
      ) : (
        <ul className="divide-y">
          {template.variables.map((variable) => (
            <li key={variable.name} className="grid gap-0.5 px-4 py-2.5">
              <p className="flex flex-wrap items-baseline gap-x-3">
                <code className="font-mono text-sm [overflow-wrap:anywhere]">{variable.name}</code>
                <span className="text-muted text-sm">
                  {[variable.isRequired ? 'required' : 'optional', variable.isSecret && 'secret']
                    .filter(Boolean)
                    .join(', ')}
                </span>
                {variable.default !== undefined && (
                  <span className="text-muted text-sm">
                    default <code className="font-mono">{variable.default || '(empty)'}</code>
                  </span>
                )}
              </p>
              {variable.description && <p className="text-muted [overflow-wrap:anywhere]">{variable.description}</p>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

/** Placement's dry run: where it would go now, with the reasons. */
function WhereCard({ slug }: { slug: string }) {
  const trpc = useTRPC()
  const { data, error } = useQuery(trpc.selection.preview.queryOptions({ template: slug }))
  if (error) return null
  return (
    <Card>
      <h2 className="border-b px-4 py-2.5 font-medium">Where it would go now</h2>
      {data ? <DecisionView decision={data} /> : <Skeleton className="m-4 h-16" />}
    </Card>
  )
}

function OwnDeployments({ slug }: { slug: string }) {
  const { data = [] } = useDeployments()
  const own = data.filter((row) => row.template.slug === slug)
  if (own.length === 0) return null
  return (
    <Card>
      <h2 className="border-b px-4 py-2.5 font-medium">Your deployments of it</h2>
      <ul className="divide-y">
        {own.map((row) => (
          <li key={row.deploymentId}>
            <Link
              href={`/deployments/${row.deploymentId}`}
              className="flex h-10 items-center gap-3 px-4 hover:bg-hover focus-visible:-outline-offset-2"
            >
              <span className="truncate">{row.name}</span>
              <DeploymentStatus state={row.state} className="ml-auto shrink-0 text-sm" />
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}
