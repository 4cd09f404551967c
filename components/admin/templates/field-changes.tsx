import { ArrowRight } from 'lucide-react'
import { cn } from '#components/ui/cn.ts'
import type { FieldChange } from '#server/api/views-templates.ts'
import { valueWords } from './change-words.ts'
import { fieldLabel } from './editor/field-path.ts'

/** What differs, field by field: what was, and behind an arrow what becomes of it. */
export const FieldChanges = ({ changes, className }: { changes: readonly FieldChange[]; className?: string }) => (
  <ul aria-label="Changes" className={cn('divide-y rounded-control border text-sm', className)}>
    {changes.map((change) => (
      <li key={change.path} className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-1.5 gap-y-0.5 px-3 py-2">
        <span className="col-span-full font-medium [overflow-wrap:anywhere]" title={change.path}>
          {fieldLabel(change.path)}
        </span>
        <del className="col-start-2 font-mono text-muted no-underline [overflow-wrap:anywhere]">
          <span className="sr-only">was </span>
          {valueWords(change.path, change.from)}
        </del>
        <ArrowRight className="mt-0.5 size-4 text-muted" aria-hidden />
        <ins className="font-mono no-underline [overflow-wrap:anywhere]">
          <span className="sr-only">becomes </span>
          {valueWords(change.path, change.to)}
        </ins>
      </li>
    ))}
  </ul>
)
