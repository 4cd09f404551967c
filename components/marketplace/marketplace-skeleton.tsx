import { Card } from '#components/ui/card.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

const CARDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']

export const MarketplaceSkeleton = () => (
  <div className="grid grid-cols-1 gap-5" aria-busy>
    <PageHeader title="Marketplace">
      <Skeleton className="h-9 w-full sm:w-80" />
    </PageHeader>
    <div className="grid gap-3">
      <Skeleton className="h-10 md:h-18" />
      <Skeleton className="h-8 w-full max-w-lg" />
    </div>
    <CardsSkeleton />
  </div>
)

export const CardsSkeleton = () => (
  <ul className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-3">
    {CARDS.map((key) => (
      <li key={key} className="grid min-w-0">
        <Card>
          <div className="grid gap-3 p-4">
            <div className="flex items-center gap-3">
              <Skeleton className="size-9" />
              <div className="grid flex-1 gap-1.5">
                <Skeleton className="h-4 w-1/2" />
                <Skeleton className="h-3 w-1/4" />
              </div>
            </div>
            <Skeleton className="h-10" />
            <Skeleton className="h-5 w-1/2" />
            <Skeleton className="h-10 w-2/3" />
            <Skeleton className="h-5 w-3/4" />
          </div>
          <div className="border-t px-4 py-3">
            <Skeleton className="h-8 w-34" />
          </div>
        </Card>
      </li>
    ))}
  </ul>
)
