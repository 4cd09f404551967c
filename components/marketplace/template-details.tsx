'use client'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'

import { useDeployments } from '#components/live/fleet-data.ts'
import { DecisionView } from '#components/placement/decision-view.tsx'
import { DeploymentStatus } from '#components/status/status-badge.tsx'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { DeployPanel } from './deploy-panel.tsx'
import { SecurityReport } from './security-report.tsx'
import { TemplateFacts } from './template-facts.tsx'
import { TemplateHeader } from './template-header.tsx'
import { Section } from './template-section.tsx'
import { TemplateSkeleton } from './template-skeleton.tsx'
import { TemplateTools } from './template-tools.tsx'
import { TemplateVariables } from './template-variables.tsx'
import { TemplateVersions } from './template-versions.tsx'

export function TemplateDetails({ slug }: { slug: string }) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.templates.get.queryOptions({ slug }))
  if (error && !data) return <QueryError error={error} retry={refetch} />
  if (!data) return <TemplateSkeleton />
  return (
    // On a wide page the panel begins at the top, beside the title, so that its button is in sight from the start.
    <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_360px] lg:grid-rows-[auto_1fr]">
      <div className="grid grid-cols-1 gap-5">
        <TemplateHeader template={data} />
      </div>
      <div className="lg:sticky lg:top-18 lg:col-start-2 lg:row-span-2 lg:row-start-1">
        <DeployPanel key={slug} template={data} />
      </div>
      <div className="grid grid-cols-1 gap-5">
        <TemplateTools tools={data.tools} />
        <TemplateFacts template={data} />
        <TemplateVariables variables={data.variables} required={data.requiredVariables} />
        <SecurityReport validation={data.validation} />
        <WhereSection slug={slug} />
        <TemplateVersions versions={data.versions} current={data.version} />
        <OwnDeployments slug={slug} />
      </div>
    </div>
  )
}

/** Placement's dry run: where it would go now, with the reasons. */
function WhereSection({ slug }: { slug: string }) {
  const trpc = useTRPC()
  const { data, error } = useQuery(trpc.selection.preview.queryOptions({ template: slug }))
  if (error) return null
  return (
    <Section title="Where it would go now">
      {data ? <DecisionView decision={data} /> : <Skeleton className="m-4 h-16" />}
    </Section>
  )
}

function OwnDeployments({ slug }: { slug: string }) {
  const { data = [] } = useDeployments()
  const own = data.filter((row) => row.template.slug === slug)
  if (own.length === 0) return null
  return (
    <Section title="Your deployments of it" count={own.length}>
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
    </Section>
  )
}
