import { cn } from './cn.ts'

interface MeterProps {
  /** 0-1; more is drawn as full. */
  value: number
  label: string
  className?: string
  barClassName?: string
}

/** A bar as SVG: its width is an attribute, so no style has to be written into the page. */
export function Meter({ value, label, className, barClassName }: MeterProps) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 1000) / 10
  return (
    <svg
      role="img"
      aria-label={label}
      className={cn('block h-1.5 w-full overflow-hidden rounded-full bg-idle-soft', className)}
    >
      <title>{label}</title>
      <rect width={`${percent}%`} height="100%" rx="3" className={cn('fill-accent transition-[width] duration-180', barClassName)} />
    </svg>
  )
}
