import { ArrowRight } from 'lucide-react'
import { cn } from '#components/ui/cn.ts'
import type { FieldChange } from '#server/api/views-templates.ts'
import { valueWords } from './change-words.ts'
import { fieldLabel } from './editor/field-path.ts'

/** What differs, field by field: before and after stand side by side, beneath each other on phones. */
export const FieldChanges = ({ changes, className }: { changes: readonly FieldChange[]; className?: string }) => (
  <ul aria-label="Changes" className={cn('divide-y rounded-control border', className)}>
    {changes.map((change) => (
      <li
        key={change.path}
        className="grid gap-x-3 gap-y-1 px-3 py-2 text-sm sm:grid-cols-[9rem_minmax(0,1fr)_auto_minmax(0,1fr)]"
      >
        <span className="font-medium [overflow-wrap:anywhere]" title={change.path}>
          {fieldLabel(change.path)}
        </span>
        <del className="font-mono text-muted no-underline [overflow-wrap:anywhere]">
          <span className="sr-only">was </span>
          {valueWords(change.path, change.from)}
        </del>
        <ArrowRight className="mt-0.5 hidden size-4 text-muted sm:block" aria-hidden />
        <ins className="font-mono no-underline [overflow-wrap:anywhere]">
          <span className="sr-only">becomes </span>
          {valueWords(change.path, change.to)}
        </ins>
      </li>
    ))}
  </ul>
)
