import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

interface EmptyStateProps {
  icon: LucideIcon
  title: string
  children?: ReactNode
  action?: ReactNode
  className?: string
}

/** What this place is, and the one next action. */
export const EmptyState = ({ icon: Icon, title, children, action, className }: EmptyStateProps) => (
  <div className={cn('grid justify-items-center gap-2 px-6 py-14 text-center', className)}>
    <span className="mb-1 grid size-10 place-items-center rounded-card border bg-surface text-muted">
      <Icon className="size-5" aria-hidden />
    </span>
    <h2 className="font-semibold text-md">{title}</h2>
    {children && <div className="max-w-md text-muted">{children}</div>}
    {action && <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div>}
  </div>
)
