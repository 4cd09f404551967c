'use client'
import { Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { useLiveStatus } from '#components/live/provider.tsx'
import { Kbd } from '#components/ui/card.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { MeView } from '#server/api/views.ts'
import { AccountMenu } from './account-menu.tsx'
import { Breadcrumb } from './breadcrumb.tsx'
import { RunningPill } from './running-pill.tsx'

interface TopBarProps {
  me: MeView
  menu: ReactNode
  onPalette: () => void
  onKeys: () => void
}

export const TopBar = ({ me, menu, onPalette, onKeys }: TopBarProps) => (
  <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b bg-paper px-2 sm:px-4">
    {menu}
    <Breadcrumb />
    <div className="ml-auto flex items-center gap-1.5">
      <Offline />
      <RunningPill />
      <button
        type="button"
        onClick={onPalette}
        className="flex h-8 items-center gap-2 rounded-control border bg-surface px-2 text-muted text-sm transition-colors hover:bg-hover hover:text-ink"
      >
        <Search className="size-4" aria-hidden />
        <span className="sr-only lg:not-sr-only">Go to or do</span>
        <Kbd aria-hidden className="hidden lg:inline-flex">
          Ctrl K
        </Kbd>
      </button>
      <AccountMenu me={me} onKeys={onKeys} />
    </div>
  </header>
)

function Offline() {
  const status = useLiveStatus()
  if (status !== 'offline') return null
  return (
    <Tooltip content="The live connection is lost. Berth reconnects by itself and then shows what you missed.">
      <button
        type="button"
        className="flex h-8 cursor-default items-center gap-1.5 rounded-control bg-warn-soft px-2 font-medium text-sm text-warn"
      >
        Reconnecting
      </button>
    </Tooltip>
  )
}
