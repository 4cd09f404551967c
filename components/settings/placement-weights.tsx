'use client'
import { usePreset, WeightSliders } from '#components/placement/weight-sliders.tsx'
import { STRATEGY_NAMES, STRATEGY_WORDS } from '#components/placement/words.ts'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import type { DraftProps } from './placement.tsx'
import { lacksPlace, withStrategy, withWeight } from './placement-model.ts'
import { SettingCard } from './setting-card.tsx'

export function PlacementWeights({ draft, errors, change }: DraftProps) {
  const preset = usePreset(draft.strategy)
  const standing = draft.weights ? { ...preset, ...draft.weights } : preset
  return (
    <>
      <SettingCard title="Strategy" lead="What counts when several droplets could take a server.">
        <fieldset className="grid gap-2 sm:grid-cols-2">
          <legend className="sr-only">Strategy</legend>
          {STRATEGY_NAMES.map((strategy) => (
            <label
              key={strategy}
              className="flex cursor-pointer gap-3 rounded-control border p-3 transition-colors hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft"
            >
              <input
                type="radio"
                name="strategy"
                className="mt-0.5 size-4 shrink-0 accent-accent"
                checked={draft.strategy === strategy}
                onChange={() => change(withStrategy(draft, strategy))}
              />
              <span className="grid content-start gap-0.5">
                <span className="font-medium">{STRATEGY_WORDS[strategy].title}</span>
                <span className="text-muted text-sm">{STRATEGY_WORDS[strategy].sentence}</span>
              </span>
            </label>
          ))}
        </fieldset>
        {lacksPlace(draft) && (
          <Notice tone="warn" role="status" title="Nearest to where?">
            <a href="#place" className="underline underline-offset-2">
              Choose a place
            </a>
            , or distance decides nothing: all regions are equally near.
          </Notice>
        )}
      </SettingCard>
      <SettingCard
        title="Weights"
        lead={
          draft.weights
            ? 'Your own, in place of the strategy’s.'
            : `Those of ${STRATEGY_WORDS[draft.strategy].title}. Move one and all six are your own.`
        }
        action={
          draft.weights && (
            <Button size="sm" onClick={() => change(withStrategy(draft, draft.strategy))}>
              Back to {STRATEGY_WORDS[draft.strategy].title}
            </Button>
          )
        }
      >
        <WeightSliders
          weights={standing}
          onChange={(name, weight) => change(withWeight(draft, standing, name, weight))}
        />
        {errors.weights && (
          <p role="alert" className="text-bad text-sm">
            {errors.weights}.
          </p>
        )}
      </SettingCard>
    </>
  )
}
