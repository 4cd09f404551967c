import { Card } from '#components/ui/card.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

const FIELDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

export const TemplateSkeleton = () => (
  <div className="grid grid-cols-1 gap-5" aria-busy>
    <div className="flex items-center gap-3">
      <Skeleton className="size-9" />
      <Skeleton className="h-7 w-48" />
    </div>
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_420px]">
      <Card className="grid gap-4 p-5 sm:grid-cols-2">
        {FIELDS.map((key) => (
          <div key={key} className="grid gap-1.5">
            <Skeleton className="h-4 w-24" />
            <Skeleton className="h-9" />
          </div>
        ))}
      </Card>
      <Card className="grid gap-3 p-4">
        {FIELDS.map((key) => (
          <Skeleton key={key} className="h-8" />
        ))}
      </Card>
    </div>
  </div>
)
