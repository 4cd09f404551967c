import type { ReactNode } from 'react'
import { Mark } from '#components/frame/brand.tsx'

/** The product's one sentence, the form, nothing else. */
export const AuthCard = ({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) => (
  <main className="grid min-h-dvh place-items-center px-4 py-10">
    <div className="grid w-full max-w-sm gap-6">
      <div className="grid gap-4">
        <Mark className="size-9" />
        <div className="grid gap-1">
          <h1 className="font-semibold text-lg tracking-tight">{title}</h1>
          {lead && <p className="text-muted">{lead}</p>}
        </div>
      </div>
      {children}
    </div>
  </main>
)
