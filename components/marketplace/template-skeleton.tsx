import { Skeleton } from '#components/ui/skeleton.tsx'

export const TemplateSkeleton = () => (
  <div className="grid grid-cols-1 gap-5" aria-busy>
    <div className="flex gap-4">
      <Skeleton className="size-10" />
      <div className="grid flex-1 gap-2">
        <Skeleton className="h-6 w-48" />
        <Skeleton className="h-4 w-full max-w-xl" />
      </div>
    </div>
    <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_360px]">
      <Skeleton className="h-80 rounded-card" />
      <Skeleton className="h-40 rounded-card" />
    </div>
  </div>
)
