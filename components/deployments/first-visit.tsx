'use client'
import { useQuery } from '@tanstack/react-query'
import { Boxes } from 'lucide-react'
import Link from 'next/link'
import { TemplateCard } from '#components/marketplace/template-card.tsx'
import { useTRPC } from '#components/trpc/client.tsx'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { goodFirst } from './good-first.ts'

export function FirstVisit() {
  const trpc = useTRPC()
  const { data = [] } = useQuery(trpc.templates.list.queryOptions())
  const offered = goodFirst(data)
  return (
    <div className="grid grid-cols-1 gap-5">
      <PageHeader title="Deployments" />
      <EmptyState
        icon={Boxes}
        title="Nothing runs yet"
        className="pt-8 pb-2"
        action={
          <Button asChild>
            <Link href="/marketplace">See all servers</Link>
          </Button>
        }
      >
        A deployment is one MCP server on one of your droplets, with an endpoint that your agents can use.
        {offered.length > 0 && ' These are good first ones: no settings, up in seconds.'}
      </EmptyState>
      <ul className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-3">
        {offered.map((template) => (
          <li key={template.slug} className="grid min-w-0">
            <TemplateCard template={template} deployments={[]} />
          </li>
        ))}
      </ul>
    </div>
  )
}
