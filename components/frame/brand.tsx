import Link from 'next/link'
import { cn } from '#components/ui/cn.ts'

/** Berth's mark: a hull in its berth. */
export const Mark = ({ className }: { className?: string }) => (
  <svg viewBox="0 0 24 24" aria-hidden className={cn('size-6 shrink-0', className)}>
    <rect x="1" y="1" width="22" height="22" rx="6" className="fill-accent" />
    <path
      d="M6 6v9a3 3 0 0 0 3 3h6a3 3 0 0 0 3-3V6"
      fill="none"
      className="stroke-accent-ink"
      strokeWidth="2"
      strokeLinecap="round"
    />
    <rect x="9.5" y="6" width="5" height="8" rx="2.5" className="fill-accent-ink" />
  </svg>
)

export const Brand = ({ folded }: { folded?: boolean }) => (
  <Link
    href="/marketplace"
    className="flex items-center gap-2.5 rounded-control font-semibold text-md tracking-tight"
    aria-label="Berth, to the marketplace"
  >
    <Mark />
    {!folded && 'Berth'}
  </Link>
)
