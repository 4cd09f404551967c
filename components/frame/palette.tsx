'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { Keyboard, LogOut, type LucideIcon, Moon, Rocket, Search, Sun } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { type ReactNode, useState } from 'react'
import { useDeployments } from '#components/live/fleet-data.ts'
import { categoryLabel } from '#components/marketplace/card-model.ts'
import { useSettled } from '#components/marketplace/use-filters.ts'
import { DEPLOYMENT_STATUS } from '#components/status/status.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { Kbd } from '#components/ui/card.tsx'
import { Dialog, DialogContent } from '#components/ui/dialog.tsx'
import { useLeave } from './account-menu.tsx'
import { paletteRank } from './palette-rank.ts'
import type { Place } from './places.ts'

/** The catalogue may hold thousands: the server looks for what is typed. */
const TEMPLATES_SHOWN = 20
const SEARCH_MAX = 200
const TYPING_MS = 120

interface PaletteProps {
  places: readonly Place[]
  open: boolean
  onOpenChange: (open: boolean) => void
  onKeys: () => void
}

interface Entry {
  id: string
  group: string
  icon: LucideIcon
  label: string
  detail?: string
  keys?: string[]
  /** What the server found it by. */
  found?: string
  run: () => void
}

export function Palette({ open, onOpenChange, ...rest }: PaletteProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent
        title={<span className="sr-only">Command palette</span>}
        className="top-[12vh] max-w-xl translate-y-0 gap-0 p-0 [&>button]:hidden [&>header]:sr-only"
      >
        <PaletteList {...rest} close={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  )
}

function PaletteList({ close, ...rest }: Omit<PaletteProps, 'open' | 'onOpenChange'> & { close: () => void }) {
  const groups = new Map<string, Entry[]>()
  const [typed, setTyped] = useState('')
  const found = useEntries({ ...rest, typed })
  for (const entry of found) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry])
  return (
    <Command label="Command palette" filter={paletteRank} className="flex max-h-[60vh] flex-col">
      <div className="flex items-center gap-2 border-b px-4">
        <Search className="size-4 shrink-0 text-muted" aria-hidden />
        <Command.Input
          autoFocus
          value={typed}
          onValueChange={setTyped}
          placeholder="Go to a page, a deployment, a template…"
          className="h-12 w-full bg-transparent text-md outline-none"
        />
      </div>
      <Command.List className="scroll-thin overflow-y-auto p-2">
        <Command.Empty className="px-2 py-8 text-center text-muted">Nothing of that name.</Command.Empty>
        {[...groups].map(([group, entries]) => (
          <Command.Group
            key={group}
            heading={group}
            className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:text-sm"
          >
            {entries.map((entry) => (
              <Row
                key={entry.id}
                entry={entry}
                onSelect={() => {
                  close()
                  entry.run()
                }}
              />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  )
}

function Row({ entry, onSelect }: { entry: Entry; onSelect: () => void }): ReactNode {
  const Icon = entry.icon
  return (
    <Command.Item
      value={`${entry.label} ${entry.detail ?? ''} ${entry.id}`}
      keywords={entry.found ? [entry.found] : []}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-control px-2 data-[selected=true]:bg-hover"
    >
      <Icon className="size-4 shrink-0 text-muted" aria-hidden />
      <span className="truncate">{entry.label}</span>
      {entry.detail && <span className="truncate text-muted text-sm">{entry.detail}</span>}
      <span className="ml-auto flex gap-1">
        {entry.keys?.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </span>
    </Command.Item>
  )
}

/** The palette as data: places, what stands, what can be deployed, what can be done. */
function useEntries({ places, onKeys, typed }: Pick<PaletteProps, 'places' | 'onKeys'> & { typed: string }): Entry[] {
  const router = useRouter()
  const trpc = useTRPC()
  const { resolvedTheme, setTheme } = useTheme()
  const leave = useLeave()
  const { data: deployments = [] } = useDeployments()
  const search = useSettled(typed.trim().slice(0, SEARCH_MAX), TYPING_MS)
  const { data: templates = [], isPlaceholderData } = useQuery({
    ...trpc.templates.list.queryOptions({ ...(search && { search }), limit: TEMPLATES_SHOWN }),
    placeholderData: keepPreviousData,
  })
  const dark = resolvedTheme === 'dark'
  return [
    ...places.map(
      (place): Entry => ({
        id: place.href,
        group: 'Pages',
        icon: place.icon,
        label: place.label,
        keys: ['g', place.key],
        run: () => router.push(place.href),
      }),
    ),
    ...deployments.map(
      (row): Entry => ({
        id: row.deploymentId,
        group: 'Deployments',
        icon: DEPLOYMENT_STATUS[row.state].icon,
        label: row.name,
        detail: DEPLOYMENT_STATUS[row.state].label,
        run: () => router.push(`/deployments/${row.deploymentId}`),
      }),
    ),
    ...templates.map(
      (template): Entry => ({
        id: template.slug,
        group: 'Templates',
        icon: Rocket,
        label: template.name,
        detail: categoryLabel(template.category),
        ...(search && !isPlaceholderData && { found: search }),
        run: () => router.push(`/marketplace/${template.slug}`),
      }),
    ),
    {
      id: 'theme',
      group: 'Do',
      icon: dark ? Sun : Moon,
      label: dark ? 'Light theme' : 'Dark theme',
      run: () => setTheme(dark ? 'light' : 'dark'),
    },
    { id: 'keys', group: 'Do', icon: Keyboard, label: 'Show keyboard keys', keys: ['?'], run: onKeys },
    { id: 'sign-out', group: 'Do', icon: LogOut, label: 'Sign out', run: () => void leave() },
  ]
}
