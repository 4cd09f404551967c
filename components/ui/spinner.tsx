import { LoaderCircle } from 'lucide-react'
import { cn } from './cn.ts'

/** Appears only after 200 ms: what is quick needs no spinner. */
export const Spinner = ({ className }: { className?: string }) => (
  <span className={cn('inline-flex animate-late', className)} aria-hidden>
    <LoaderCircle className="size-4 animate-turn" />
  </span>
)
