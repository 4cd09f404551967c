import { BrandGlyph } from '#components/connect/brand-glyph.tsx'
import { cn } from '#components/ui/cn.ts'
import { brandMark } from './brand-marks.ts'

/** Pairs that hold AA in both themes; which one follows from the name, so that it never changes. */
const TINTS = [
  'bg-accent-soft text-accent',
  'bg-busy-soft text-busy',
  'bg-ok-soft text-ok',
  'bg-warn-soft text-warn',
  'bg-bad-soft text-bad',
  'bg-idle-soft text-ink',
] as const

function tintOf(name: string): string {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973
  return TINTS[sum % TINTS.length] ?? TINTS[0]
}

/** First letters of the first two words: "Sequential Thinking" is ST. */
export function monogram(name: string): string {
  const [first = '', second] = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean)
  const letters = second ? [...first][0] + ([...second][0] ?? '') : [...first].slice(0, 2).join('')
  return letters.toUpperCase()
}

export function TemplateMark({ name, className }: { name: string; className?: string }) {
  const brand = brandMark(name)
  return (
    <span
      aria-hidden
      className={cn(
        'grid size-9 shrink-0 place-items-center rounded-control font-medium font-mono text-sm',
        brand ? 'bg-idle-soft text-ink' : tintOf(name),
        className,
      )}
    >
      {brand ? <BrandGlyph path={brand} className="size-1/2" /> : monogram(name)}
    </span>
  )
}
