'use client'
import { LoaderCircle } from 'lucide-react'
import Link from 'next/link'
import { useDeployments } from '#components/live/fleet-data.ts'
import { DEPLOYMENT_STATUS } from '#components/status/status.ts'
import { StatusIcon } from '#components/status/status-badge.tsx'
import { Menu, MenuContent, MenuItem, MenuLabel, MenuTrigger } from '#components/ui/menu.tsx'
import { pillLabel, progressWords, running } from './running-model.ts'

/** Counts what is under way, on every page, and opens into a list. */
export function RunningPill() {
  const { data = [] } = useDeployments()
  const rows = running(data)
  if (rows.length === 0) return null
  return (
    <Menu>
      <MenuTrigger asChild>
        <button
          type="button"
          className="flex h-8 items-center gap-1.5 whitespace-nowrap rounded-full bg-busy-soft px-3 font-medium text-busy text-sm transition-colors hover:brightness-95 dark:hover:brightness-125"
        >
          <LoaderCircle className="size-4 animate-turn" aria-hidden />
          <span className="hidden sm:inline">{pillLabel(rows)}</span>
          <span className="sm:hidden">
            {rows.length}
            <span className="sr-only"> in progress</span>
          </span>
        </button>
      </MenuTrigger>
      <MenuContent className="w-72">
        <MenuLabel>In progress</MenuLabel>
        {rows.map((row) => (
          <MenuItem key={row.deploymentId} asChild className="h-auto py-1.5">
            <Link href={`/deployments/${row.deploymentId}`}>
              <StatusIcon status={DEPLOYMENT_STATUS[row.state]} className="!text-busy" />
              <span className="grid min-w-0">
                <span className="truncate font-medium">{row.name}</span>
                <span className="text-muted text-sm">{progressWords(row)}</span>
              </span>
            </Link>
          </MenuItem>
        ))}
      </MenuContent>
    </Menu>
  )
}
