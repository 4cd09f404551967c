'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useDroplets } from '#components/live/fleet-data.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { NativeSelect } from '#components/ui/input.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import { type ChoiceRow, choiceRows, priceLine } from './preview-model.ts'

interface PlacementChoiceProps {
  template: string
  /** Empty: any. */
  region: string
  need: { memoryBytes: number; cpuMillis: number }
  /** The droplet that the person wants; null: Berth chooses. */
  dropletId: string | null
  onChange: (dropletId: string | null) => void
}

type Asked = Omit<PlacementChoiceProps, 'onChange'>

/** One question to the server for all who show its answer. */
function usePreview({ template, region, need, dropletId }: Asked) {
  const trpc = useTRPC()
  return useQuery({
    ...trpc.selection.preview.queryOptions({
      template,
      ...(region && { region }),
      ...(dropletId && { dropletId }),
      resources: need,
    }),
    placeholderData: keepPreviousData,
  })
}

/** What it costs and where it goes, for the place beside the button. */
export function PriceLine(asked: Asked) {
  const { data, error } = usePreview(asked)
  if (error) return null
  return (
    <p className="min-w-0 basis-full text-right text-sm" aria-live="polite" data-testid="price-line">
      {data ? priceLine(data.choice) : <Skeleton className="h-5 w-40" />}
    </p>
  )
}

/** Where the deployment would go, what else there is, and what it costs to want something else. */
export function PlacementChoice({ onChange, ...asked }: PlacementChoiceProps) {
  const { data: droplets = [] } = useDroplets()
  const { data, error } = usePreview(asked)
  if (error) return <p className="text-muted text-sm">{pageError(error).message}</p>
  if (!data) return <Skeleton className="h-24" />
  const rows = choiceRows(data, droplets)
  const shown = new Set(rows.map((row) => row.dropletId))
  const others = droplets.filter(({ id, state }) => !shown.has(id) && state !== 'deleted' && state !== 'deleting')
  return (
    <Choices
      rows={rows}
      refused={data.choice.kind === 'none' ? `${data.choice.reason} ${data.choice.change}` : null}
      others={others.map(({ id, name }) => ({ id, name }))}
      dropletId={asked.dropletId}
      onChange={onChange}
    />
  )
}

interface ChoicesProps {
  rows: readonly ChoiceRow[]
  /** Why it can't go where it is wanted, or anywhere. */
  refused: string | null
  others: readonly { id: string; name: string }[]
  dropletId: string | null
  onChange: (dropletId: string | null) => void
}

function Choices({ rows, refused, others, dropletId, onChange }: ChoicesProps) {
  const group = useId()
  return (
    <fieldset className="grid min-w-0 grid-cols-1 gap-2" data-testid="placement-choice">
      <legend className="mb-1.5 font-medium">Where</legend>
      {rows.map((row) => (
        <ChoiceItem
          key={row.key}
          row={row}
          group={group}
          checked={row.best ? dropletId === null : row.dropletId !== null && row.dropletId === dropletId}
          onPick={() => onChange(row.best ? null : row.dropletId)}
        />
      ))}
      {refused && (
        <p role="alert" className="text-bad text-sm">
          {refused}
        </p>
      )}
      {(others.length > 0 || dropletId !== null) && (
        <NativeSelect
          aria-label="Another droplet"
          className="h-8"
          value={others.some(({ id }) => id === dropletId) ? (dropletId ?? '') : ''}
          onChange={(event) => onChange(event.target.value || null)}
        >
          <option value="">{dropletId === null ? 'Another droplet…' : 'Let Berth choose'}</option>
          {others.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </NativeSelect>
      )}
    </fieldset>
  )
}

interface ChoiceItemProps {
  row: ChoiceRow
  group: string
  checked: boolean
  onPick: () => void
}

/** A new droplet that is not the best can't be asked for by name: it stands there to compare. */
function ChoiceItem({ row, group, checked, onPick }: ChoiceItemProps) {
  const canPick = row.best || row.dropletId !== null
  const Box = canPick ? 'label' : 'div'
  return (
    <Box className="flex min-w-0 gap-3 rounded-control border p-3 text-sm has-checked:border-accent has-checked:bg-accent-soft">
      {canPick && (
        <input
          type="radio"
          name={group}
          checked={checked}
          onChange={onPick}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
      )}
      <span className="grid min-w-0 flex-1 gap-0.5">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="min-w-0 font-mono [overflow-wrap:anywhere]">{row.title}</span>
          {row.where && <span className="text-muted">{row.where}</span>}
          <span className="ml-auto whitespace-nowrap font-mono">{row.price}</span>
        </span>
        <span className="text-muted">
          {row.best ? 'Berth’s choice' : canPick ? 'Instead, only here' : 'To compare'}, score{' '}
          <span className="font-mono">{row.score}</span>, fleet <span className="font-mono">{row.monthly}</span>
        </span>
        {row.changes.map((change) => (
          <span key={change}>{change}</span>
        ))}
        {row.consequences.length > 0 && (
          <ul className="list-disc pl-4 text-muted">
            {row.consequences.map((consequence) => (
              <li key={consequence}>{consequence}</li>
            ))}
          </ul>
        )}
      </span>
    </Box>
  )
}
