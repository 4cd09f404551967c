'use client'
import { cityNamed, OTHER_CITIES, REGION_CITIES } from '#components/placement/cities.ts'
import { Field } from '#components/ui/field.tsx'
import { NativeSelect } from '#components/ui/input.tsx'
import type { Place } from '#server/placement/types.ts'
import type { DraftProps } from './placement.tsx'
import { SettingCard } from './setting-card.tsx'

const NOT_TOLD = ''

export function PlacementPlace({ draft, change }: DraftProps) {
  const { place, latency } = draft
  // A place that a script set may be none of the list.
  const own = place && !cityNamed(place.label) ? place : null
  return (
    <SettingCard title="Your place" lead="From where your agents call; regions nearer to it score higher.">
      <Field id="place" label="Place">
        <NativeSelect
          id="place"
          value={place?.label ?? NOT_TOLD}
          onChange={(event) => change({ ...draft, place: cityNamed(event.target.value) ?? null })}
        >
          <option value={NOT_TOLD}>Not told: all regions are equal</option>
          {own && <option value={own.label}>{own.label}</option>}
          <Cities label="Near a region of DigitalOcean" cities={REGION_CITIES} />
          <Cities label="Other cities" cities={OTHER_CITIES} />
        </NativeSelect>
      </Field>
      <fieldset className="grid gap-2">
        <legend className="mb-1.5 font-medium">How far a region is</legend>
        <Way
          checked={latency === 'distance'}
          onChange={() => change({ ...draft, latency: 'distance' })}
          title="Estimated from the distance"
        >
          From your place along the earth’s surface.
        </Way>
        <Way
          checked={latency === 'measured'}
          onChange={() => change({ ...draft, latency: 'measured' })}
          title="Measured from this Berth"
        >
          For agents that run beside it: the round trips that Berth itself sees.
        </Way>
      </fieldset>
    </SettingCard>
  )
}

const Cities = ({ label, cities }: { label: string; cities: readonly Place[] }) => (
  <optgroup label={label}>
    {cities.map((city) => (
      <option key={city.label} value={city.label}>
        {city.label}
      </option>
    ))}
  </optgroup>
)

interface WayProps {
  checked: boolean
  onChange: () => void
  title: string
  children: string
}

const Way = ({ checked, onChange, title, children }: WayProps) => (
  <label className="flex cursor-pointer gap-3">
    <input
      type="radio"
      name="latency"
      className="mt-0.5 size-4 shrink-0 accent-accent"
      checked={checked}
      onChange={onChange}
    />
    <span>
      {title} <span className="block text-muted text-sm">{children}</span>
    </span>
  </label>
)
