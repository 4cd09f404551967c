import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { fetchOrNotFound, prefetch } from '#app/server-data.ts'
import { TemplateView } from '#components/admin/templates/detail/template-view.tsx'
import type { AdminTemplateView } from '#server/api/views-templates.ts'

interface TemplatePageProps {
  params: Promise<{ slug: string }>
  searchParams: Promise<{ version?: string | string[] }>
}

/** As the page asks, so that it finds what was fetched here. */
async function inputOf({ params, searchParams }: TemplatePageProps) {
  const { slug } = await params
  const version = Number((await searchParams).version)
  return Number.isInteger(version) && version > 0 ? { slug, version } : { slug }
}

const load = async (props: TemplatePageProps) => {
  const input = await inputOf(props)
  return fetchOrNotFound<AdminTemplateView>((trpc) => trpc.admin.templates.get.queryOptions(input))
}

export async function generateMetadata(props: TemplatePageProps): Promise<Metadata> {
  return { title: (await load(props)).content.displayName }
}

export default async function TemplatePage(props: TemplatePageProps) {
  const { slug } = await load(props)
  const input = await inputOf(props)
  const state = await prefetch((trpc) => [trpc.admin.templates.get.queryOptions(input)])
  return (
    <HydrationBoundary state={state}>
      <TemplateView slug={slug} />
    </HydrationBoundary>
  )
}
