import { Card } from '#components/ui/card.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']

export const TemplatesSkeleton = () => (
  <div className="grid grid-cols-1 gap-5" aria-busy>
    <PageHeader title="Templates">
      <Skeleton className="h-8 w-56" />
    </PageHeader>
    <Skeleton className="h-8 w-full max-w-xl" />
    <Card className="divide-y">
      <div className="h-9" />
      {ROWS.map((key) => (
        <div key={key} className="flex h-11 items-center gap-4 px-4">
          <Skeleton className="size-4" />
          <Skeleton className="size-6" />
          <Skeleton className="h-4 w-40" />
          <Skeleton className="h-5 w-24" />
          <Skeleton className="ml-auto h-4 w-28" />
        </div>
      ))}
    </Card>
  </div>
)
