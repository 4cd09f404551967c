'use client'
import type { ReactNode } from 'react'
import { useFormContext } from 'react-hook-form'
import { readBytes, readThousandths } from '#components/admin/templates/editor/quantities.ts'
import { PlacementChoice, PriceLine, useNoPlace } from '#components/placement/placement-choice.tsx'
import { wantedIn } from '#components/placement/preview-model.ts'
import { Button } from '#components/ui/button.tsx'
import type { TemplateCard } from '#server/api/views-templates.ts'
import { cpuProblem, type DeployValues, isRegion, memoryProblem } from './deploy-model.ts'
import { useSettled } from './use-filters.ts'

const ASK_AFTER_MS = 250

/** What is asked of placement: what is typed so far; what is not valid yet counts as the template's own. */
function useWish(template: TemplateCard) {
  const { watch } = useFormContext<DeployValues>()
  const [region, memory, cpu, wanted] = watch(['region', 'memory', 'cpu', 'wanted'])
  const typed = region.trim()
  const asked = useSettled(JSON.stringify({ typed, memory, cpu }), ASK_AFTER_MS)
  const settled = JSON.parse(asked) as { typed: string; memory: string; cpu: string }
  const only = isRegion(settled.typed) ? settled.typed : ''
  return {
    template: template.slug,
    region: only,
    need: {
      memoryBytes: memoryProblem(settled.memory) ? template.memoryBytes : readBytes(settled.memory),
      cpuMillis: cpuProblem(settled.cpu) ? template.cpuMillis : readThousandths(settled.cpu),
    },
    wanted: wantedIn(only, wanted),
  }
}

export function WhereField({ template }: { template: TemplateCard }) {
  const { setValue } = useFormContext<DeployValues>()
  return (
    <PlacementChoice {...useWish(template)} onChange={(wanted) => setValue('wanted', wanted, { shouldDirty: true })} />
  )
}

/** Stands beside the button, so that nobody buys unseen. */
export const PriceField = ({ template, belowChoices }: { template: TemplateCard; belowChoices?: boolean }) => (
  <PriceLine {...useWish(template)} belowChoices={belowChoices} />
)

interface SubmitProps {
  template: TemplateCard
  pending: boolean
  disabled?: boolean
  size?: 'base' | 'lg'
  children: ReactNode
}

/** Sends the form; while placement finds no place it can't, and says why to whoever hears the button alone. */
export function SubmitButton({ template, ...props }: SubmitProps) {
  const noPlace = useNoPlace(useWish(template))
  return <Button tone="primary" type={noPlace ? 'button' : 'submit'} {...noPlace} {...props} />
}
