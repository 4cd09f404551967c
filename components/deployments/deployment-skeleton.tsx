import { Card } from '#components/ui/card.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

const STEPS = ['a', 'b', 'c', 'd', 'e', 'f']

export const DeploymentSkeleton = () => (
  <div className="grid grid-cols-1 gap-5" aria-busy>
    <div className="flex gap-4">
      <Skeleton className="size-10" />
      <div className="grid flex-1 gap-2">
        <Skeleton className="h-6 w-48" />
        <Skeleton className="h-4 w-72 max-w-full" />
      </div>
      <Skeleton className="h-8 w-24" />
    </div>
    <Skeleton className="h-24 rounded-card" />
    <div className="grid items-start gap-5 lg:grid-cols-[320px_minmax(0,1fr)]">
      <Card className="grid gap-4 p-4">
        {STEPS.map((key) => (
          <Skeleton key={key} className="h-8" />
        ))}
      </Card>
      <Card className="grid gap-3 p-4">
        <Skeleton className="h-8 w-2/3" />
        <Skeleton className="h-64" />
      </Card>
    </div>
  </div>
)
