'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronDown, ListChecks, RotateCw, Server } from 'lucide-react'
import { VerdictBadge } from '#components/status/template-badges.tsx'
import { CHECK_STATUS, TRIGGER_WORDS, VERDICT_STATUS } from '#components/status/template-status.ts'
import { useTRPC } from '#components/trpc/client.tsx'
import { pageError } from '#components/trpc/errors.ts'
import { Button } from '#components/ui/button.tsx'
import { EmptyState } from '#components/ui/empty-state.tsx'
import { Menu, MenuContent, MenuItem, MenuTrigger } from '#components/ui/menu.tsx'
import { Meter } from '#components/ui/meter.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { RelativeTime } from '#components/ui/relative-time.tsx'
import type { Check } from '#db/template-validation.ts'
import type { ValidationView } from '#server/api/views-templates.ts'
import type { Fixed } from '../editor/use-editor.ts'
import { countVerdicts, countWords, fixable, notTried, runState } from './checks-model.ts'
import { ChecksReport, FactsList } from './checks-report.tsx'

interface ChecksTabProps {
  slug: string
  version: number
  validation: ValidationView | null
  /** A withdrawn version is checked no more. */
  canRun: boolean
  /** What the last fixes changed in the form. */
  fixed: Fixed
  onFix: (checks: readonly Check[]) => void
}

/** The checklist that fills in while it runs. */
export function ChecksTab({ slug, version, validation, canRun, fixed, onFix }: ChecksTabProps) {
  const { admin } = useTRPC()
  const queryClient = useQueryClient()
  const validate = useMutation(admin.templates.validate.mutationOptions())
  const run = async (allowNewDroplet: boolean) => {
    await validate.mutateAsync({ slug, version, allowNewDroplet }).catch(() => undefined)
    await queryClient.invalidateQueries({ queryKey: admin.templates.pathKey() })
  }
  const running = validation !== null && validation.endedAt === null
  const again = canRun && (
    <span className="flex shrink-0">
      <Button
        size="sm"
        className="rounded-r-none"
        disabled={running}
        pending={validate.isPending}
        onClick={() => run(false)}
      >
        <RotateCw /> {validation ? 'Run again' : 'Run the checks'}
      </Button>
      <Menu>
        <MenuTrigger asChild>
          <Button size="icon-sm" className="-ml-px rounded-l-none" disabled={running} aria-label="More ways to run">
            <ChevronDown />
          </Button>
        </MenuTrigger>
        <MenuContent>
          <MenuItem onSelect={() => run(true)}>
            <RotateCw /> Run, with a new droplet if none has room
          </MenuItem>
        </MenuContent>
      </Menu>
    </span>
  )
  const refused = validate.error && (
    <Notice tone="bad" role="alert" title={pageError(validate.error).message} className="mx-4 mb-3">
      {pageError(validate.error).action}
    </Notice>
  )
  if (!validation)
    return (
      <EmptyState icon={ListChecks} title={VERDICT_STATUS.none.label} action={again || undefined}>
        {VERDICT_STATUS.none.sentence}
        {refused}
      </EmptyState>
    )
  const { checks } = validation
  const done = checks.filter((check) => check.state === 'done').length
  const patches = fixable(checks).filter((check) => !fixed[check.id])
  return (
    <div>
      <div className="grid gap-2 px-4 py-3">
        <div className="flex items-center justify-between gap-3">
          <VerdictBadge verdict={runState(validation)} />
          {again}
        </div>
        <p className="text-muted text-sm" role="status">
          {running ? `${done} of ${checks.length} checks done` : countWords(countVerdicts(checks))}
        </p>
        {running && (
          <Meter
            value={done / Math.max(1, checks.length)}
            label={`${CHECK_STATUS.running.label}: ${done} of ${checks.length}`}
            className="h-1"
            barClassName="fill-busy"
          />
        )}
        <p className="flex flex-wrap gap-1 text-muted text-sm">
          Version {validation.version}, {TRIGGER_WORDS[validation.trigger]}, <RelativeTime at={validation.startedAt} />
        </p>
        {canRun && !running && notTried(checks) && (
          <Button size="sm" className="justify-self-start" pending={validate.isPending} onClick={() => run(true)}>
            <Server /> Try it on a new droplet
          </Button>
        )}
        {patches.length > 1 && (
          <Button size="sm" className="justify-self-start" onClick={() => onFix(patches)}>
            Apply all {patches.length} fixes
          </Button>
        )}
      </div>
      {refused}
      <div className="divide-y border-t">
        <ChecksReport checks={checks} fixed={fixed} onFix={(check) => onFix([check])} />
        <FactsList facts={validation.facts} />
      </div>
    </div>
  )
}
