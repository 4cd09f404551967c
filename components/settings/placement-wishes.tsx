'use client'
import { useQuery } from '@tanstack/react-query'
import { useDroplets } from '#components/live/fleet-data.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { formatBytes, formatMonthly } from '#components/ui/format.ts'
import type { DraftProps } from './placement.tsx'
import { type Wish, type WishKind, wishesOf, withWish } from './placement-model.ts'
import { SettingCard } from './setting-card.tsx'
import { type Option, WishField } from './wish-field.tsx'

export function PlacementWishes({ draft, errors, change }: DraftProps) {
  const { regions, sizes } = useOffers()
  const { data: droplets = [] } = useDroplets()
  const fields: { kind: WishKind; label: string; one: string; options: Option[] }[] = [
    { kind: 'regions', label: 'Regions', one: 'region', options: regions },
    {
      kind: 'droplets',
      label: 'Droplets',
      one: 'droplet',
      options: droplets.map(({ id, name, region }) => ({ value: id, label: name, detail: region })),
    },
    { kind: 'sizes', label: 'Sizes', one: 'size', options: sizes },
  ]
  const wrong = Object.entries(errors).filter(([path]) => /^(preferred|forbidden)/.test(path))
  return (
    <SettingCard
      title="Preferred and forbidden"
      lead="What you prefer scores higher under the factor Preferences; what you forbid is never used."
    >
      {fields.map(({ kind, label, one, options }) => (
        <WishField
          key={kind}
          label={label}
          one={one}
          options={options}
          wishes={wishesOf(draft, kind)}
          onWish={(entry: string, wish: Wish | null) => change(withWish(draft, kind, entry, wish))}
        />
      ))}
      {wrong.map(([path, message]) => (
        <p key={path} role="alert" className="text-bad text-sm">
          {message}
        </p>
      ))}
    </SettingCard>
  )
}

/** What the cloud account can buy, as options; empty while it is asked or can't be. */
export function useOffers(): { regions: Option[]; sizes: Option[] } {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.selection.offers.queryOptions())
  return {
    regions: (data?.regions ?? []).map((slug) => ({ value: slug, label: slug })),
    sizes: (data?.sizes ?? []).map(({ slug, memoryBytes, priceMonthlyMicros }) => ({
      value: slug,
      label: slug,
      detail: `${formatBytes(memoryBytes)}, ${formatMonthly(priceMonthlyMicros)}`,
    })),
  }
}
