import { Skeleton } from '#components/ui/skeleton.tsx'

export const TemplateSkeleton = () => (
  <div
    className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_360px] lg:grid-rows-[auto_1fr]"
    aria-busy
  >
    <div className="flex gap-4">
      <Skeleton className="size-10" />
      <div className="grid flex-1 gap-2">
        <Skeleton className="h-6 w-48" />
        <Skeleton className="h-4 w-full max-w-xl" />
      </div>
    </div>
    <Skeleton className="h-40 rounded-card lg:col-start-2 lg:row-span-2 lg:row-start-1" />
    <Skeleton className="h-80 rounded-card" />
  </div>
)
