'use client'
import { useQuery } from '@tanstack/react-query'
import { percent } from '#components/placement/decision-model.ts'
import { FactorSwatch } from '#components/placement/factor-bar.tsx'
import { FACTOR_WORDS, FACTORS, STRATEGY_NAMES, STRATEGY_WORDS } from '#components/placement/words.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { Button } from '#components/ui/button.tsx'
import { WEIGHT_MAX } from '#db/placement-preferences.ts'
import type { FactorName } from '#server/placement/types.ts'
import type { DraftProps } from './placement.tsx'
import { shares, sliders, WEIGHT_STEP, type Weights, withStrategy, withWeight } from './placement-model.ts'
import { SettingCard } from './setting-card.tsx'

export function PlacementWeights({ draft, errors, change }: DraftProps) {
  const standing = useStanding(draft)
  const share = shares(standing)
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
        <ul className="grid gap-3">
          {FACTORS.map((name) => (
            <WeightSlider
              key={name}
              name={name}
              weight={standing[name]}
              share={share[name]}
              onChange={(weight) => change(withWeight(draft, standing, name, weight))}
            />
          ))}
        </ul>
        {errors.weights && (
          <p role="alert" className="text-bad text-sm">
            {errors.weights}.
          </p>
        )}
      </SettingCard>
    </>
  )
}

/** The sliders' values: the person's own, or where the chosen strategy stands as the server says. */
function useStanding(draft: DraftProps['draft']): Weights {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.selection.strategies.queryOptions())
  const preset = data?.[draft.strategy]
  const zero = Object.fromEntries(FACTORS.map((name) => [name, 0])) as Weights
  const base = preset ? sliders(preset) : zero
  return draft.weights ? { ...base, ...draft.weights } : base
}

interface WeightSliderProps {
  name: FactorName
  weight: number
  share: number
  onChange: (weight: number) => void
}

function WeightSlider({ name, weight, share, onChange }: WeightSliderProps) {
  const id = `weight-${name}`
  const { title, asks } = FACTOR_WORDS[name]
  return (
    <li className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1 sm:grid-cols-[9rem_1fr_3.5rem]">
      <label htmlFor={id} className="flex items-center gap-2 font-medium">
        <FactorSwatch name={name} />
        {title}
      </label>
      <input
        id={id}
        type="range"
        min={0}
        max={WEIGHT_MAX}
        step={WEIGHT_STEP}
        value={weight}
        onChange={(event) => onChange(event.target.valueAsNumber)}
        aria-valuetext={`${weight}, ${percent(share)} of the decision`}
        aria-describedby={`${id}-asks`}
        className="order-last col-span-2 h-5 w-full cursor-pointer accent-accent sm:order-none sm:col-span-1"
      />
      <output htmlFor={id} className="text-right font-mono text-sm">
        {percent(share)}
      </output>
      <p id={`${id}-asks`} className="order-last col-span-2 text-muted text-sm sm:col-span-3">
        {asks}
      </p>
    </li>
  )
}
