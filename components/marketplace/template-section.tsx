import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'

interface SectionProps {
  title: string
  count?: number | undefined
  /** Beside the title. */
  aside?: ReactNode
  id?: string
  children: ReactNode
}

/** One part of a template's page. */
export const Section = ({ title, count, aside, id, children }: SectionProps) => (
  <Card aria-label={title} id={id} className="scroll-mt-18 overflow-hidden">
    <div className="flex flex-wrap items-center gap-x-3 border-b px-4 py-2.5">
      <Title title={title} count={count} />
      {aside && <span className="ml-auto text-muted text-sm">{aside}</span>}
    </div>
    {children}
  </Card>
)

/** One that stays folded until somebody asks. */
export const FoldedSection = ({ title, count, aside, id, open, children }: SectionProps & { open?: boolean }) => (
  <Card aria-label={title} id={id} className="scroll-mt-18 overflow-hidden">
    <details className="group/fold" open={open}>
      <summary className="flex list-none flex-wrap items-center gap-x-3 px-4 py-2.5 hover:bg-hover focus-visible:-outline-offset-2 group-open/fold:border-b [&::-webkit-details-marker]:hidden">
        <Title title={title} count={count} />
        {aside && (
          <span className="order-3 basis-full text-muted text-sm sm:order-2 sm:ml-auto sm:basis-auto">{aside}</span>
        )}
        <ChevronRight
          className={cn(
            'order-2 ml-auto size-4 shrink-0 text-muted transition-transform group-open/fold:rotate-90 sm:order-3',
            aside && 'sm:ml-0',
          )}
          aria-hidden
        />
      </summary>
      {children}
    </details>
  </Card>
)

const Title = ({ title, count }: { title: string; count: number | undefined }) => (
  <h2 className="font-medium">
    {title} {count !== undefined && <span className="font-normal text-muted text-sm">{count}</span>}
  </h2>
)
