import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

const BLOCKS = ['a', 'b', 'c']

export const DropletsSkeleton = () => (
  <div className="grid grid-cols-1 gap-5" aria-busy>
    <PageHeader title="Droplets">
      <Skeleton className="h-8 w-32" />
    </PageHeader>
    <div className="grid grid-cols-1 gap-4 md:grid-cols-6 xl:grid-cols-12">
      {BLOCKS.map((key) => (
        <Skeleton key={key} className="h-56 rounded-card md:col-span-3 xl:col-span-4" />
      ))}
    </div>
  </div>
)
