import type { ReactNode } from 'react'
import { Card } from '#components/ui/card.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'

interface SettingCardProps {
  title: string
  lead?: ReactNode
  action?: ReactNode
  children?: ReactNode
}

export const SettingCard = ({ title, lead, action, children }: SettingCardProps) => (
  <Card className="mb-5 grid grid-cols-1 gap-4 p-4 sm:p-5">
    <header className="flex flex-wrap items-start justify-between gap-3">
      <div className="grid min-w-0 flex-1 basis-64 gap-0.5">
        <h2 className="font-medium text-md">{title}</h2>
        {lead && <p className="text-muted">{lead}</p>}
      </div>
      {action}
    </header>
    {children}
  </Card>
)

export const SettingSkeleton = () => <Skeleton className="h-44 rounded-card" />
