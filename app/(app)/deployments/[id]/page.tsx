import { HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { fetchOrNotFound, prefetch } from '#app/server-data.ts'
import { DeploymentView } from '#components/deployments/deployment-view.tsx'
import type { DeploymentView as Deployment } from '#server/api/views.ts'

interface DeploymentPageProps {
  params: Promise<{ id: string }>
}

const load = async ({ params }: DeploymentPageProps) => {
  const { id } = await params
  return fetchOrNotFound<Deployment>((trpc) => trpc.deployments.get.queryOptions({ deploymentId: id }))
}

export async function generateMetadata(props: DeploymentPageProps): Promise<Metadata> {
  return { title: (await load(props)).name }
}

export default async function DeploymentPage(props: DeploymentPageProps) {
  const { deploymentId } = await load(props)
  const state = await prefetch((trpc) => [
    trpc.deployments.get.queryOptions({ deploymentId }),
    trpc.deployments.events.queryOptions({ deploymentId }),
  ])
  return (
    <HydrationBoundary state={state}>
      <DeploymentView key={deploymentId} deploymentId={deploymentId} />
    </HydrationBoundary>
  )
}
