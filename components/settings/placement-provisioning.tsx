'use client'
import { useDroplets } from '#components/live/fleet-data.ts'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input, NativeSelect } from '#components/ui/input.tsx'
import { Switch } from '#components/ui/switch.tsx'
import type { DraftProps } from './placement.tsx'
import { reached, readLimit, writeLimit } from './placement-model.ts'
import { useOffers } from './placement-wishes.tsx'
import { SettingCard } from './setting-card.tsx'
import { WishField } from './wish-field.tsx'

const CHOOSES = ''

export function PlacementProvisioning({ draft, errors, change }: DraftProps) {
  const { regions, sizes } = useOffers()
  const { data: droplets = [] } = useDroplets()
  const { provisioning } = draft
  const full = reached(provisioning, {
    droplets: droplets.length,
    monthlyMicros: droplets.reduce((sum, { priceMonthlyMicros }) => sum + priceMonthlyMicros, 0),
  })
  const set = (part: Partial<typeof provisioning>) => change({ ...draft, provisioning: { ...provisioning, ...part } })
  const size = provisioning.defaultSize
  return (
    <SettingCard title="New droplets" lead="When nothing fits, or when a new one is better by the same score.">
      <Toggle
        id="provisioning-enabled"
        label="Make new droplets"
        hint="Off: a server goes only where there is room already."
        checked={provisioning.enabled}
        onChange={(enabled) => set({ enabled })}
      />
      <Toggle
        id="provisioning-auto-scale"
        label="Larger than this server needs"
        hint="A new droplet may have room for the servers that are expected to follow, when that costs less in the end."
        checked={provisioning.autoScaleEnabled}
        disabled={!provisioning.enabled}
        onChange={(autoScaleEnabled) => set({ autoScaleEnabled })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <Limit
          id="provisioning-max-droplets"
          label="At most so many droplets"
          empty="only the cloud account’s own limit"
          value={provisioning.maxDropletsPerUser}
          error={errors['provisioning.maxDropletsPerUser']}
          reached={full.maxDroplets}
          onChange={(maxDropletsPerUser) => set({ maxDropletsPerUser })}
        />
        <Limit
          id="provisioning-budget"
          label="Monthly budget in $"
          empty="no cap"
          value={provisioning.monthlyBudgetUsd}
          error={errors['provisioning.monthlyBudgetUsd']}
          reached={full.budget}
          onChange={(monthlyBudgetUsd) => set({ monthlyBudgetUsd })}
        />
        <Field id="provisioning-size" label="Size">
          <NativeSelect
            id="provisioning-size"
            value={size ?? CHOOSES}
            onChange={(event) => set({ defaultSize: event.target.value === CHOOSES ? null : event.target.value })}
          >
            <option value={CHOOSES}>Berth chooses by the strategy</option>
            {size !== null && !sizes.some(({ value }) => value === size) && <option value={size}>{size}</option>}
            {sizes.map(({ value, label, detail }) => (
              <option key={value} value={value}>
                {label}: {detail}
              </option>
            ))}
          </NativeSelect>
        </Field>
      </div>
      <WishField
        label="Regions of new droplets"
        one="region for new droplets"
        options={regions}
        wishes={{ prefer: provisioning.preferredRegions }}
        onWish={(entry, wish) => {
          const others = provisioning.preferredRegions.filter((region) => region !== entry)
          set({ preferredRegions: wish ? [...others, entry] : others })
        }}
      />
    </SettingCard>
  )
}

interface ToggleProps {
  id: string
  label: string
  hint: string
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}

const Toggle = ({ id, label, hint, checked, disabled, onChange }: ToggleProps) => (
  <div className="flex items-start justify-between gap-4">
    <div>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <p id={`${id}-hint`} className="text-muted text-sm">
        {hint}
      </p>
    </div>
    <Switch
      id={id}
      aria-describedby={`${id}-hint`}
      checked={checked}
      disabled={disabled}
      onChange={(event) => onChange(event.target.checked)}
    />
  </div>
)

interface LimitProps {
  id: string
  label: string
  /** What an empty field means. */
  empty: string
  value: number | null
  error: string | undefined
  /** What it means that the fleet is there already; null: it is not. */
  reached: string | null
  onChange: (value: number | null) => void
}

const Limit = ({ id, label, empty, value, error, reached: words, onChange }: LimitProps) => (
  <Field
    id={id}
    label={label}
    hint={
      <>
        Empty: {empty}.
        <span role="status" className="block text-warn">
          {words}
        </span>
      </>
    }
    error={error && `${error}.`}
  >
    <Input
      id={id}
      type="number"
      min={0}
      className="font-mono"
      value={writeLimit(value)}
      aria-invalid={error ? true : undefined}
      aria-describedby={describedBy(id, true, error !== undefined)}
      onChange={(event) => onChange(readLimit(event.target.value))}
    />
  </Field>
)
