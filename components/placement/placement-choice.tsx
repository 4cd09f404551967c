'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useDroplets } from '#components/live/fleet-data.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { NativeSelect } from '#components/ui/input.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { PreviewView } from '#server/api/views-placement.ts'
import {
  type ChoiceRow,
  choiceRows,
  isSame,
  newDropletLists,
  type OtherDroplet,
  otherDroplets,
  priceLine,
  type Wanted,
  wishFor,
} from './preview-model.ts'

interface PlacementChoiceProps {
  template: string
  /** Empty: any. */
  region: string
  need: { memoryBytes: number; cpuMillis: number }
  /** Where the person wants it; null: Berth chooses. */
  wanted: Wanted | null
  onChange: (wanted: Wanted | null) => void
}

/** The price line: what the button beside it is described by. */
const PRICE_ID = 'deploy-price'
/** Why there is no place, where it stands among the choices. */
const REFUSED_ID = 'deploy-no-place'

type Asked = Omit<PlacementChoiceProps, 'onChange'>

/** One question to the server for all who show its answer. */
function usePreview({ template, region, need, wanted }: Asked) {
  const trpc = useTRPC()
  return useQuery({
    ...trpc.selection.preview.queryOptions({
      template,
      ...(region && { region }),
      ...wanted,
      resources: need,
    }),
    placeholderData: keepPreviousData,
  })
}

/** What it costs and where it goes, for the place beside the button. @param belowChoices they say already why it can't */
export function PriceLine({ belowChoices = false, ...asked }: Asked & { belowChoices?: boolean | undefined }) {
  const { data, error } = usePreview(asked)
  if (error) return null
  return (
    <div id={PRICE_ID} className="min-w-0 basis-full text-right text-sm" aria-live="polite" data-testid="price-line">
      {data ? priceLine(data.choice, belowChoices) : <Skeleton className="ml-auto h-5 w-40" />}
    </div>
  )
}

/** What the deploy button has to say while there is no place: disabled, with the reason tied to it. */
export function useNoPlace(asked: Asked): { 'aria-disabled': true; 'aria-describedby': string } | null {
  const { data, error } = usePreview(asked)
  if (error || data?.choice.kind !== 'none') return null
  return { 'aria-disabled': true, 'aria-describedby': `${PRICE_ID} ${REFUSED_ID}` }
}

/** Where the deployment would go, what else there is, and what it costs to want something else. */
export function PlacementChoice({ onChange, ...asked }: PlacementChoiceProps) {
  const { data: droplets = [] } = useDroplets()
  const { data, error } = usePreview(asked)
  const group = useId()
  if (error) return <p className="text-muted text-sm">{pageError(error).message}</p>
  if (!data) return <Skeleton className="h-24" />
  const { wanted } = asked
  const rows = choiceRows(data, droplets)
  const others = otherDroplets(data, droplets)
  return (
    <fieldset className="grid min-w-0 grid-cols-1 gap-2" data-testid="placement-choice">
      <legend className="mb-1.5 font-medium">Where</legend>
      {rows.map((row) => (
        <ChoiceItem
          key={row.key}
          row={row}
          group={group}
          checked={isSame(wanted, row.wanted) || (row.best && wanted === null)}
          onPick={() => onChange(row.best ? null : row.wanted)}
        />
      ))}
      {data.choice.kind === 'none' && (
        <p id={REFUSED_ID} role="alert" className="text-bad text-sm">
          {data.choice.reason} {data.choice.change}
        </p>
      )}
      {others.length > 0 && <AnotherDroplet others={others} wanted={wanted} onChange={onChange} />}
      <OtherNewDroplet preview={data} wanted={wanted} onChange={onChange} />
    </fieldset>
  )
}

interface OtherProps {
  wanted: Wanted | null
  onChange: (wanted: Wanted | null) => void
}

function AnotherDroplet({ others, wanted, onChange }: OtherProps & { others: readonly OtherDroplet[] }) {
  const chosen = others.find(({ id }) => isSame(wanted, { dropletId: id }))
  return (
    <NativeSelect
      aria-label="Another droplet"
      className="h-8"
      value={chosen?.id ?? ''}
      onChange={({ target }) => onChange(target.value ? { dropletId: target.value } : null)}
    >
      <option value="">{chosen ? 'Let Berth choose' : 'Another droplet…'}</option>
      {others.map(({ id, label, refused }) => (
        <option key={id} value={id} disabled={refused && id !== chosen?.id}>
          {label}
        </option>
      ))}
    </NativeSelect>
  )
}

/** Any size that holds it, at its price, and then the region. */
function OtherNewDroplet({ preview, wanted, onChange }: OtherProps & { preview: PreviewView }) {
  const { sizes, regions, chosen } = newDropletLists(preview, wanted)
  if (sizes.length === 0) return null
  return (
    <div className="grid min-w-0 grid-cols-1 gap-2">
      <NativeSelect
        aria-label="Size of a new droplet"
        className="h-8"
        value={chosen?.size ?? ''}
        onChange={({ target }) => onChange(target.value ? wishFor(preview, target.value, wanted) : null)}
      >
        <option value="">{chosen ? 'Let Berth choose' : 'A new droplet of your choice…'}</option>
        {sizes.map(({ slug, label }) => (
          <option key={slug} value={slug}>
            {label}
          </option>
        ))}
      </NativeSelect>
      {chosen && (
        <NativeSelect
          aria-label="Region of the new droplet"
          className="h-8"
          value={chosen.region}
          onChange={({ target }) => onChange({ newDroplet: { size: chosen.size, region: target.value } })}
        >
          {regions.map((region) => (
            <option key={region} value={region}>
              in {region}
            </option>
          ))}
        </NativeSelect>
      )}
    </div>
  )
}

interface ChoiceItemProps {
  row: ChoiceRow
  group: string
  checked: boolean
  onPick: () => void
}

function ChoiceItem({ row, group, checked, onPick }: ChoiceItemProps) {
  return (
    <label className="flex min-w-0 gap-3 rounded-control border p-3 text-sm has-checked:border-accent has-checked:bg-accent-soft">
      <input
        type="radio"
        name={group}
        checked={checked}
        onChange={onPick}
        className="mt-0.5 size-4 shrink-0 accent-accent"
      />
      <span className="grid min-w-0 flex-1 gap-0.5">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="min-w-0 font-mono [overflow-wrap:anywhere]">{row.title}</span>
          {row.where && <span className="text-muted">{row.where}</span>}
          <span className="ml-auto whitespace-nowrap font-mono">{row.price}</span>
        </span>
        <span className="text-muted">
          {row.best ? 'Berth’s choice' : 'Instead, only here'}, score <span className="font-mono">{row.score}</span>,
          fleet <span className="font-mono">{row.monthly}</span>
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
    </label>
  )
}
