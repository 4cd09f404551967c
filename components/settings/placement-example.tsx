'use client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSettled } from '#components/marketplace/use-filters.ts'
import { candidateRow } from '#components/placement/decision-model.ts'
import { FactorBar } from '#components/placement/factor-bar.tsx'
import { exampleWords } from '#components/placement/preview-model.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { describedBy } from '#components/ui/field.tsx'
import { NativeSelect } from '#components/ui/input.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { PlacementSettings } from '#db/placement-preferences.ts'

import { SettingCard } from './setting-card.tsx'

const ASK_AFTER_MS = 200

/** What the draft would do, asked while it is edited. */
export function PlacementExample({ draft, usable }: { draft: PlacementSettings; usable: boolean }) {
  const trpc = useTRPC()
  const templates = useQuery(trpc.templates.list.queryOptions({}))
  const [picked, setPicked] = useState<string | null>(null)
  const template = templates.data?.find(({ slug }) => slug === (picked ?? 'memory')) ?? templates.data?.[0]
  const settings = useSettled(draft, ASK_AFTER_MS)
  const { data, error } = useQuery({
    ...trpc.selection.preview.queryOptions({ template: template?.slug ?? '', settings }),
    enabled: template !== undefined && usable,
    placeholderData: keepPreviousData,
  })
  const [best] = data?.candidates ?? []
  const row = best && candidateRow(best, best, true)
  return (
    <SettingCard
      title="With these settings"
      action={
        <NativeSelect
          aria-label="Template of the example"
          className="w-auto max-w-full"
          value={template?.slug ?? ''}
          onChange={(event) => setPicked(event.target.value)}
          aria-describedby={describedBy('placement-example', true, false)}
        >
          {(templates.data ?? []).map(({ slug, name }) => (
            <option key={slug} value={slug}>
              {name}
            </option>
          ))}
        </NativeSelect>
      }
    >
      <div id="placement-example-hint" aria-live="polite" data-testid="placement-example" className="grid gap-2">
        {error ? (
          <p className="text-muted">{pageError(error).message}</p>
        ) : data && template ? (
          <>
            <p>{exampleWords(template.name, data)}</p>
            {row && <FactorBar segments={row.segments} label={row.barWords} />}
          </>
        ) : (
          <Skeleton className="h-10" />
        )}
      </div>
    </SettingCard>
  )
}
