import type { ReactNode } from 'react'

/** The one h1 of a page, with what belongs beside it. */
export const PageHeader = ({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }) => (
  <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
    <div className="grid min-w-0 gap-0.5">
      <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
      {lead && <p className="text-muted">{lead}</p>}
    </div>
    {children}
  </div>
)
