'use client'
import { useId } from 'react'
import { cn } from '#components/ui/cn.ts'
import type { FactorName } from '#server/placement/types.ts'
import type { Segment } from './decision-model.ts'

/** One hue; what tells factors apart is the pattern, so that print and every eye can. */
const PATTERN_SIZE = 6
const MARKS: Record<FactorName, React.ReactNode> = {
  resources: <rect width={PATTERN_SIZE} height={PATTERN_SIZE} className="fill-current" />,
  load: <path d="M-1 7 7 -1M-1 1 1 -1M5 7 7 5" className="stroke-[1.6] stroke-current" />,
  location: <circle cx={3} cy={3} r={1.6} className="fill-current" />,
  cost: <path d="M0 3H6" className="stroke-2 stroke-current" />,
  redundancy: <path d="M3 0V6" className="stroke-2 stroke-current" />,
  preferences: <path d="M0 0 6 6M6 0 0 6" className="stroke-1 stroke-current" />,
}

function Patterns({ id, names }: { id: string; names: readonly FactorName[] }) {
  return (
    <defs>
      {names.map((name) => (
        <pattern
          key={name}
          id={`${id}${name}`}
          width={PATTERN_SIZE}
          height={PATTERN_SIZE}
          patternUnits="userSpaceOnUse"
        >
          <rect width={PATTERN_SIZE} height={PATTERN_SIZE} className="fill-accent-soft" />
          {MARKS[name]}
        </pattern>
      ))}
    </defs>
  )
}

/** Points by factor, end to end; the whole width is a perfect score. */
export function FactorBar({ segments, label, className }: { segments: Segment[]; label: string; className?: string }) {
  const id = useId()
  return (
    <svg
      role="img"
      aria-label={label}
      className={cn('block h-5 w-full overflow-hidden rounded-control border bg-sunken text-accent', className)}
    >
      <Patterns id={id} names={segments.map(({ name }) => name)} />
      {segments.map(({ name, from, width }) => (
        <g key={name}>
          <rect x={`${from * 100}%`} width={`${width * 100}%`} height="100%" fill={`url(#${id}${name})`} />
          <line
            x1={`${(from + width) * 100}%`}
            x2={`${(from + width) * 100}%`}
            y2="100%"
            className="stroke-2 stroke-surface"
          />
        </g>
      ))}
    </svg>
  )
}

/** The same pattern as a key beside the factor's name. */
export function FactorSwatch({ name, className }: { name: FactorName; className?: string }) {
  const id = useId()
  return (
    <svg aria-hidden className={cn('size-3 shrink-0 rounded-[3px] border border-accent text-accent', className)}>
      <Patterns id={id} names={[name]} />
      <rect width="100%" height="100%" fill={`url(#${id}${name})`} />
    </svg>
  )
}
