'use client'
import { useQueryClient } from '@tanstack/react-query'
import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { useDeployments } from '#components/live/fleet-data.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import type { AdminTemplateView } from '#server/api/views-templates.ts'
import { isAt, PLACES } from './places.ts'

export function Breadcrumb() {
  const pathname = usePathname()
  const place = PLACES.find((each) => isAt(pathname, each.href))
  const leaf = useLeaf(pathname, place?.href)
  if (!place) return null
  return (
    <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-1 text-sm">
      {leaf ? (
        <>
          <Link href={place.href} className="shrink-0 rounded-control px-1 text-muted hover:text-ink">
            {place.label}
          </Link>
          <ChevronRight className="size-3.5 shrink-0 text-muted" aria-hidden />
          <span aria-current="page" className="truncate px-1 font-medium">
            {leaf}
          </span>
        </>
      ) : (
        <span aria-current="page" className="truncate px-1 font-medium">
          {place.label}
        </span>
      )}
    </nav>
  )
}

/** The last word of the trail: a deployment by its name, a template by its own. */
function useLeaf(pathname: string, root: string | undefined): string | null {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const { data: deployments = [] } = useDeployments()
  const id = root ? pathname.slice(root.length + 1).split('/')[0] : undefined
  if (!id) return null
  if (root === '/deployments')
    return (
      deployments.find((row) => row.deploymentId === id)?.name ??
      queryClient.getQueryData(trpc.deployments.get.queryKey({ deploymentId: id }))?.name ??
      'Deployment'
    )
  if (root === '/droplets') return id === 'plan' ? 'Plan a fleet' : null
  if (root === '/marketplace') return queryClient.getQueryData(trpc.templates.get.queryKey({ slug: id }))?.name ?? id
  if (root === '/admin/templates') {
    // Of any version that is shown.
    const adminTemplates = queryClient.getQueriesData<AdminTemplateView>({
      queryKey: trpc.admin.templates.get.pathKey(),
    })
    return (
      { new: 'Add template', registries: 'Registries' }[id] ??
      adminTemplates.find(([, view]) => view?.slug === id)?.[1]?.content.displayName ??
      id
    )
  }
  return null
}
