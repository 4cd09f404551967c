import { CircleCheck, CircleX, Info, type LucideIcon, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './cn.ts'

type Tone = 'info' | 'ok' | 'warn' | 'bad'
const LOOK: Record<Tone, { icon: LucideIcon; box: string; mark: string }> = {
  info: { icon: Info, box: 'bg-sunken', mark: 'text-muted' },
  ok: { icon: CircleCheck, box: 'border-ok/30 bg-ok-soft', mark: 'text-ok' },
  warn: { icon: TriangleAlert, box: 'border-warn/30 bg-warn-soft', mark: 'text-warn' },
  bad: { icon: CircleX, box: 'border-bad/30 bg-bad-soft', mark: 'text-bad' },
}

interface NoticeProps {
  tone?: Tone
  title?: ReactNode
  children?: ReactNode
  action?: ReactNode
  className?: string
  role?: 'alert' | 'status'
}

export function Notice({ tone = 'info', title, children, action, className, role }: NoticeProps) {
  const { icon: Icon, box, mark } = LOOK[tone]
  return (
    <div role={role} className={cn('flex gap-3 rounded-card border p-3', box, className)}>
      <Icon className={cn('mt-0.5 size-4 shrink-0', mark)} aria-hidden />
      <div className="grid min-w-0 flex-1 gap-1">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="min-w-0 [overflow-wrap:anywhere]">{children}</div>}
      </div>
      {action && <div className="flex shrink-0 items-start gap-2">{action}</div>}
    </div>
  )
}
