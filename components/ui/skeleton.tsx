import { cn } from './cn.ts'

/** A grey stand-in of the final shape. */
export const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden className={cn('animate-breathe rounded-control bg-idle-soft', className)} />
)
