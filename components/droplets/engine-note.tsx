import { ShieldAlert } from 'lucide-react'
import { Tooltip } from '#components/ui/tooltip.tsx'

/** A droplet of the local cloud may run plain processes; the page says what such a box lacks. */
export function EngineNote({ lacks }: { lacks: readonly string[] }) {
  if (lacks.length === 0) return null
  return (
    <Tooltip content={`It lacks: ${lacks.join(', ')}.`}>
      <button
        type="button"
        className="flex w-fit cursor-default items-center gap-1.5 rounded-control text-sm text-warn"
      >
        <ShieldAlert className="size-4" aria-hidden />
        No sandbox
        <span className="sr-only">: it lacks {lacks.join(', ')}</span>
      </button>
    </Tooltip>
  )
}
