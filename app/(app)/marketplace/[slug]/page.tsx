import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { fetchOrNotFound, prefetch } from '#app/server-data.ts'
import { TemplateDetails } from '#components/marketplace/template-details.tsx'
import type { TemplateView } from '#server/api/views-templates.ts'

interface TemplatePageProps {
  params: Promise<{ slug: string }>
}

const load = async ({ params }: TemplatePageProps) => {
  const { slug } = await params
  return fetchOrNotFound<TemplateView>((trpc) => trpc.templates.get.queryOptions({ slug }))
}

export async function generateMetadata(props: TemplatePageProps): Promise<Metadata> {
  return { title: (await load(props)).name }
}

export default async function TemplatePage(props: TemplatePageProps) {
  const { slug } = await load(props)
  const state = await prefetch((trpc) => [
    trpc.templates.get.queryOptions({ slug }),
    trpc.templates.defaults.queryOptions({ template: slug }),
  ])
  return (
    <HydrationBoundary state={state}>
      <TemplateDetails slug={slug} />
    </HydrationBoundary>
  )
}
