import { cn } from '#components/ui/cn.ts'

/** A mark of simple-icons, in the colour of the text around it. */
export const BrandGlyph = ({ path, className }: { path: string; className?: string }) => (
  <svg viewBox="0 0 24 24" aria-hidden className={cn('size-4 shrink-0 fill-current', className)}>
    <path d={path} />
  </svg>
)
