import type { UseRow } from './effectiveness-model.ts'

/** Solid: used. Hatched: reserved. Dotted: free, but of no use to what one runs. The whole is what there is. */
export const UseBar = ({ row }: { row: UseRow }) => (
  <div className="grid gap-1">
    <p className="flex flex-wrap justify-between gap-x-3">
      <span className="font-medium">{row.name}</span>
      <span className="text-muted text-sm">{row.words}</span>
    </p>
    <div
      role="img"
      aria-label={`${row.name}: ${row.words}`}
      className="relative h-5 overflow-hidden rounded-control border bg-sunken text-accent"
    >
      <div className="hatch absolute inset-y-0 left-0 bg-accent-soft" style={{ width: `${row.reserved * 100}%` }} />
      {row.used !== null && (
        <div className="absolute inset-y-0 left-0 bg-accent" style={{ width: `${row.used * 100}%` }} />
      )}
      <div
        className="absolute inset-y-0 border-muted border-x bg-[radial-gradient(currentColor_1px,transparent_1px)] bg-[length:5px_5px] text-muted"
        style={{ left: `${row.reserved * 100}%`, width: `${row.stranded * 100}%` }}
        hidden={row.stranded === 0}
      />
    </div>
  </div>
)

export const UseKey = () => (
  <ul className="flex flex-wrap gap-x-4 gap-y-1 text-muted text-sm">
    <li className="flex items-center gap-1.5">
      <span className="size-3 rounded-[3px] bg-accent" aria-hidden /> used
    </li>
    <li className="flex items-center gap-1.5">
      <span className="hatch size-3 rounded-[3px] border bg-accent-soft text-accent" aria-hidden /> reserved
    </li>
    <li className="flex items-center gap-1.5">
      <span
        className="size-3 rounded-[3px] border bg-[radial-gradient(currentColor_1px,transparent_1px)] bg-[length:4px_4px]"
        aria-hidden
      />{' '}
      stranded: free, but nothing like what you run fits beside it
    </li>
  </ul>
)
