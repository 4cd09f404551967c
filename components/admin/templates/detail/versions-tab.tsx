'use client'
import { useQuery } from '@tanstack/react-query'
import { Archive, Ban, Ellipsis, Eye, Send } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { VerdictBadge, VersionBadge } from '#components/status/template-badges.tsx'
import { useTRPC } from '#components/trpc/client.tsx'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { plural } from '#components/ui/format.ts'
import { NativeSelect } from '#components/ui/input.tsx'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { AdminTemplateView, AdminVersionRow } from '#server/api/views-templates.ts'
import { FieldChanges } from '../field-changes.tsx'
import { RetireDialog, type Retirement } from './retire-dialog.tsx'

interface VersionsTabProps {
  view: AdminTemplateView
  /** Opens the publish dialog, of the shown version. */
  onPublish: () => void
}

export const VersionsTab = ({ view, onPublish }: VersionsTabProps) => (
  <div className="divide-y">
    <ul className="divide-y">
      {view.versions.map((row) => (
        <VersionRow key={row.version} view={view} row={row} onPublish={onPublish} />
      ))}
    </ul>
    {view.versions.length > 1 && <Compare view={view} />}
  </div>
)

function VersionRow({ view, row, onPublish }: VersionsTabProps & { row: AdminVersionRow }) {
  const router = useRouter()
  const [act, setAct] = useState<Retirement | null>(null)
  const shown = row.version === view.shown
  const show = () => router.push(`/admin/templates/${view.slug}?version=${row.version}&tab=versions`)
  return (
    <li className="grid gap-1 px-4 py-2.5 data-shown:bg-sunken" data-shown={shown || undefined}>
      <div className="flex items-center gap-2">
        <span className="font-medium font-mono">v{row.version}</span>
        <VersionBadge status={row.status} />
        {row.verdict && <VerdictBadge verdict={row.verdict} />}
        <span className="ml-auto text-muted text-sm">{shown ? 'shown' : ''}</span>
        <Menu>
          <MenuTrigger asChild>
            <Button tone="ghost" size="icon-sm" aria-label={`Actions for version ${row.version}`}>
              <Ellipsis />
            </Button>
          </MenuTrigger>
          <MenuContent>
            <MenuItem disabled={shown} onSelect={show}>
              <Eye /> Show in the editor
            </MenuItem>
            {/* Publishing asks about the checks, which belong to the shown version. */}
            {(row.status === 'draft' || row.status === 'deprecated') && (
              <MenuItem onSelect={shown ? onPublish : show}>
                <Send /> {shown ? 'Publish' : 'Show, then publish'}
              </MenuItem>
            )}
            {row.status === 'published' && (
              <MenuItem onSelect={() => setAct('deprecate')}>
                <Archive /> Deprecate
              </MenuItem>
            )}
            {row.status !== 'withdrawn' && (
              <MenuItem danger onSelect={() => setAct('withdraw')}>
                <Ban /> Withdraw
              </MenuItem>
            )}
          </MenuContent>
        </Menu>
      </div>
      {row.note && <p className="text-sm [overflow-wrap:anywhere]">{row.note}</p>}
      <p className="flex flex-wrap gap-x-1 text-muted text-sm">
        {row.author ? `by ${row.author}, ` : 'by Berth, '}
        <RelativeTime at={row.createdAt} />
        {row.deployments > 0 && <span>, {plural(row.deployments, 'deployment')}</span>}
      </p>
      <RetireDialog slug={view.slug} row={row} act={act} close={() => setAct(null)} />
    </li>
  )
}

function Compare({ view }: { view: AdminTemplateView }) {
  const trpc = useTRPC()
  const numbers = view.versions.map((row) => row.version).sort((a, b) => b - a)
  const [to, setTo] = useState(numbers[0] ?? 1)
  const [from, setFrom] = useState(numbers[1] ?? 1)
  const changes = useQuery(trpc.admin.templates.compare.queryOptions({ slug: view.slug, from, to }))
  const pick = (label: string, value: number, set: (version: number) => void) => (
    <NativeSelect
      aria-label={label}
      className="h-8 w-auto"
      value={value}
      onChange={(event) => set(Number(event.target.value))}
    >
      {numbers.map((version) => (
        <option key={version} value={version}>{`version ${version}`}</option>
      ))}
    </NativeSelect>
  )
  return (
    <section aria-label="Compare versions" className="grid grid-cols-1 gap-3 p-4">
      <h3 className="font-medium">Compare</h3>
      <div className="flex flex-wrap items-center gap-2">
        {pick('From version', from, setFrom)} <span className="text-muted">to</span> {pick('To version', to, setTo)}
      </div>
      {changes.error && !changes.data ? (
        <QueryError error={changes.error} retry={changes.refetch} />
      ) : !changes.data ? (
        <Skeleton className="h-24" />
      ) : changes.data.length === 0 ? (
        <p className="text-muted">They say the same.</p>
      ) : (
        <FieldChanges changes={changes.data} />
      )}
    </section>
  )
}
