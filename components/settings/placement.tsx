'use client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { QueryError } from '#components/trpc/query-error.tsx'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { toast } from '#components/ui/toast.tsx'
import type { PlacementSettings } from '#db/placement-preferences.ts'
import { PlacementExample } from './placement-example.tsx'
import { isSame, problems } from './placement-model.ts'
import { PlacementPlace } from './placement-place.tsx'
import { PlacementProvisioning } from './placement-provisioning.tsx'
import { PlacementWeights } from './placement-weights.tsx'
import { PlacementWishes } from './placement-wishes.tsx'
import { SettingSkeleton } from './setting-card.tsx'

/** What every card of the form is given: the draft, what is wrong with it, and how to change it. */
export interface DraftProps {
  draft: PlacementSettings
  errors: Record<string, string>
  change: (next: PlacementSettings) => void
}

interface PlacementProps {
  /** Told whether something is edited and not saved. */
  onUnsaved: (unsaved: boolean) => void
}

export function Placement({ onUnsaved }: PlacementProps) {
  const trpc = useTRPC()
  const { data, error, refetch } = useQuery(trpc.settings.placement.get.queryOptions())
  if (error && !data) return <QueryError error={error} retry={refetch} />
  if (!data) return <SettingSkeleton />
  return <PlacementForm saved={data} onUnsaved={onUnsaved} />
}

function PlacementForm({ saved, onUnsaved }: PlacementProps & { saved: PlacementSettings }) {
  const [draft, setDraft] = useState(saved)
  const save = useSave(setDraft)
  const errors = problems(draft)
  const changed = !isSame(draft, saved)
  useEffect(() => {
    onUnsaved(changed)
    return () => onUnsaved(false)
  }, [changed, onUnsaved])
  const parts: DraftProps = { draft, errors, change: setDraft }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        save.start(draft)
      }}
    >
      <PlacementExample draft={draft} usable={Object.keys(errors).length === 0} />
      <PlacementWeights {...parts} />
      <PlacementPlace {...parts} />
      <PlacementWishes {...parts} />
      <PlacementProvisioning {...parts} />
      {save.refused && (
        <Notice className="mb-5" tone="bad" role="alert" title={save.refused.message}>
          {save.refused.action}
        </Notice>
      )}
      <div className="sticky bottom-0 -mx-1 flex flex-wrap items-center gap-2 border-t bg-paper px-1 py-3">
        <Button
          tone="primary"
          type="submit"
          pending={save.pending}
          disabled={!changed || Object.keys(errors).length > 0}
        >
          Save
        </Button>
        <Button disabled={!changed} onClick={() => setDraft(saved)}>
          Discard
        </Button>
        <p className="text-muted text-sm" aria-live="polite">
          {changed ? (
            <>
              <span className="font-medium text-ink">Unsaved changes.</span> What runs stays where it is.
            </>
          ) : (
            'Counts from the next deployment on.'
          )}
        </p>
      </div>
    </form>
  )
}

function useSave(saved: (settings: PlacementSettings) => void) {
  const trpc = useTRPC()
  const queryClient = useQueryClient()
  const set = useMutation(trpc.settings.placement.set.mutationOptions())
  return {
    pending: set.isPending,
    refused: set.error ? pageError(set.error) : null,
    start: async (draft: PlacementSettings) => {
      try {
        const kept = await set.mutateAsync(draft)
        queryClient.setQueryData(trpc.settings.placement.get.queryKey(), kept)
        saved(kept)
        toast.ok('Placement decides by this from now on')
        // What cards and previews say follows from it.
        void queryClient.invalidateQueries({ queryKey: trpc.templates.pathKey() })
        void queryClient.invalidateQueries({ queryKey: trpc.selection.pathKey() })
      } catch {
        // Shown above the button.
      }
    },
  }
}
