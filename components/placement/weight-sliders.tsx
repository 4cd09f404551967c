'use client'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '#components/trpc/client.tsx'
import { WEIGHT_MAX } from '#db/placement-preferences.ts'
import type { FactorName, Strategy } from '#server/placement/types.ts'
import { percent } from './decision-model.ts'
import { FactorSwatch } from './factor-bar.tsx'
import { shares, sliders, WEIGHT_STEP, type Weights } from './weights-model.ts'
import { FACTOR_WORDS, FACTORS } from './words.ts'

const NONE = Object.fromEntries(FACTORS.map((name) => [name, 0])) as Weights

/** Where a strategy stands, as the server says. */
export function usePreset(strategy: Strategy): Weights {
  const trpc = useTRPC()
  const { data } = useQuery(trpc.selection.strategies.queryOptions())
  return data ? sliders(data[strategy]) : NONE
}

interface WeightSlidersProps {
  weights: Weights
  onChange: (name: FactorName, weight: number) => void
}

/** Six sliders and what each comes to: only the proportion counts. */
export function WeightSliders({ weights, onChange }: WeightSlidersProps) {
  const share = shares(weights)
  return (
    <ul className="grid grid-cols-1 gap-3">
      {FACTORS.map((name) => (
        <WeightSlider
          key={name}
          name={name}
          weight={weights[name]}
          share={share[name]}
          onChange={(weight) => onChange(name, weight)}
        />
      ))}
    </ul>
  )
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
