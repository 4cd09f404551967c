import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

interface EmptyStateProps {
  icon: LucideIcon
  title: string
  children?: ReactNode
  action?: ReactNode
  className?: string
  /** 1 where it is all that the page holds. */
  level?: 1 | 2
}

/** What this place is, and the one next action. */
export function EmptyState({ icon: Icon, title, children, action, className, level = 2 }: EmptyStateProps) {
  const Heading = level === 1 ? 'h1' : 'h2'
  return (
  <div className={cn('grid justify-items-center gap-2 px-6 py-14 text-center', className)}>
    <span className="mb-1 grid size-10 place-items-center rounded-card border bg-surface text-muted">
      <Icon className="size-5" aria-hidden />
    </span>
    <Heading className="font-semibold text-md">{title}</Heading>
    {children && <div className="max-w-md text-muted">{children}</div>}
    {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
  </div>
)
}
