'use client'
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { cn } from '#components/ui/cn.ts'
import { Tooltip } from '#components/ui/tooltip.tsx'
import { Brand } from './brand.tsx'
import { isAt, type Place } from './places.ts'

interface RailProps {
  places: readonly Place[]
  folded: boolean
  onFold?: (folded: boolean) => void
  /** On phones: leaving closes the sheet. */
  onGo?: () => void
}

export function Rail({ places, folded, onFold, onGo }: RailProps) {
  const FoldIcon = folded ? PanelLeftOpen : PanelLeftClose
  return (
    <div className="flex h-full flex-col gap-1 p-2">
      <div className={cn('flex h-10 items-center', folded ? 'justify-center' : 'px-2')}>
        <Brand folded={folded} />
      </div>
      <nav aria-label="Main" className="flex flex-1 flex-col gap-0.5 pt-2">
        {places.map((place, index) => (
          <RailLink
            key={place.href}
            place={place}
            folded={folded}
            className={place.low && !places[index - 1]?.low ? 'mt-auto' : undefined}
            onGo={onGo}
          />
        ))}
      </nav>
      {onFold && (
        <button
          type="button"
          onClick={() => onFold(!folded)}
          aria-expanded={!folded}
          aria-label={folded ? 'Unfold the rail' : 'Fold the rail'}
          className={cn(
            'flex h-8 items-center gap-2.5 rounded-control text-muted transition-colors hover:bg-hover hover:text-ink',
            folded ? 'justify-center' : 'px-2',
          )}
        >
          <FoldIcon className="size-4" />
          {!folded && <span className="text-sm">Fold</span>}
        </button>
      )}
    </div>
  )
}

interface RailLinkProps {
  place: Place
  folded: boolean
  className?: string | undefined
  onGo?: (() => void) | undefined
}

function RailLink({ place, folded, className, onGo }: RailLinkProps) {
  const current = isAt(usePathname(), place.href)
  const Icon = place.icon
  const link = (
    <Link
      href={place.href}
      onClick={onGo}
      aria-current={current ? 'page' : undefined}
      aria-label={folded ? place.label : undefined}
      className={cn(
        'flex h-9 items-center gap-2.5 rounded-control text-muted transition-colors hover:bg-hover hover:text-ink aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-ink',
        folded ? 'justify-center' : 'px-2',
        className,
      )}
    >
      <Icon className={cn('size-4 shrink-0', current && 'text-accent')} aria-hidden />
      {!folded && place.label}
    </Link>
  )
  return folded ? (
    <Tooltip content={place.label} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  )
}
