'use client'
import { ArrowRight, Plus } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useEffect, useEffectEvent, useState } from 'react'
import { TONE_TEXT } from '#components/status/status.ts'
import { UpstreamBadge } from '#components/status/template-badges.tsx'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { Meter } from '#components/ui/meter.tsx'
import { Tooltip } from '#components/ui/tooltip.tsx'
import type { DeploymentSummary } from '#server/api/views.ts'
import type { TemplateCard as Template } from '#server/api/views-templates.ts'
import { askedOf, blockedBy, type CardState, cardState, categoryLabel, costWords, facts, needs } from './card-model.ts'
import { DeployButton } from './deploy-button.tsx'
import { DeploySheet } from './deploy-sheet.tsx'
import { SecurityBadge } from './security-badge.tsx'
import { TemplateMark } from './template-mark.tsx'
import { OfficialMark, RunsMark, TagLinks } from './template-marks.tsx'
import { useDeploy } from './use-deploy.ts'

/** A line of them at most. */
const TAGS_SHOWN = 3

interface TemplateCardProps {
  template: Template
  deployments: readonly DeploymentSummary[]
}

/** Fetches nothing: holds one card's click and hands plain props to what draws. */
export function TemplateCard({ template, deployments }: TemplateCardProps) {
  const deploy = useDeploy()
  const [asking, setAsking] = useState(false)
  const state = cardState({
    template,
    deployments,
    startedId: deploy.startedId,
    submitting: deploy.submitting && !asking,
    refused: asking ? null : (deploy.refused?.message ?? null),
  })
  useLanding(state, deploy.startedId)
  const onDeploy = () => {
    if (askedOf(template).length > 0) {
      deploy.forget()
      setAsking(true)
    } else void deploy.start({ template: template.slug })
  }
  return (
    <>
      <CardFace template={template} state={state} onDeploy={onDeploy} />
      <DeploySheet template={template} deploy={deploy} open={asking} onOpenChange={setAsking} />
    </>
  )
}

/** Who watched a deployment come up lands on its page; who opened something else meanwhile is left alone. */
function useLanding(state: CardState, startedId: string | null): void {
  const router = useRouter()
  const land = useEffectEvent(() => {
    if (!startedId || state.deploymentId !== startedId) return
    if (document.querySelector('[role=dialog],[role=menu]') || document.activeElement instanceof HTMLInputElement)
      return
    router.push(`/deployments/${startedId}`)
  })
  useEffect(() => {
    if (state.kind === 'success') land()
  }, [state.kind])
}

interface CardFaceProps {
  template: Template
  state: CardState
  onDeploy: () => void
}

function CardFace({ template, state, onDeploy }: CardFaceProps) {
  const details = `/marketplace/${template.slug}`
  const asks = needs(template)
  return (
    <Card
      className="relative flex flex-col overflow-hidden transition-colors duration-150 hover:border-line-strong/60"
      aria-label={template.name}
    >
      <div className="flex flex-1 flex-col gap-3 p-4">
        <div className="flex items-center gap-3">
          <TemplateMark name={template.name} />
          <div className="min-w-0 flex-1">
            <h2 className="truncate font-semibold">
              <Link href={details} className="rounded-control hover:underline">
                {template.name}
              </Link>
            </h2>
            <p className="truncate text-muted text-sm">{categoryLabel(template.category)}</p>
          </div>
          {template.isOfficial && <OfficialMark />}
        </div>
        <p className="line-clamp-2 min-h-10 [overflow-wrap:anywhere]">{template.description}</p>
        <TagLinks tags={template.tags} max={TAGS_SHOWN} />
        <div className="mt-auto text-muted text-sm" aria-live="polite">
          <p className="truncate">{[facts(template), asks].filter(Boolean).join(' · ')}</p>
          <CardNote template={template} state={state} />
        </div>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          {template.upstream?.status === 'deleted' ? (
            <UpstreamBadge status="deleted" />
          ) : (
            <RunsMark template={template} />
          )}
          <SecurityBadge security={template.security} name={template.name} report={`${details}#security`} />
        </div>
      </div>
      <div className="flex items-center gap-2 border-t px-4 py-3">
        <DeployButton state={state} name={template.name} onDeploy={onDeploy} />
        {state.kind === 'success' && (
          <Tooltip content="Deploy another one">
            <Button tone="ghost" size="icon" aria-label={`Deploy another ${template.name}`} onClick={onDeploy}>
              <Plus />
            </Button>
          </Tooltip>
        )}
        <CardLink state={state} name={template.name} details={details} />
      </div>
      {state.progress !== null && (
        <Meter
          value={state.progress}
          label={state.label}
          className="absolute inset-x-0 bottom-0 h-0.5 rounded-none"
          barClassName="fill-busy"
        />
      )}
    </Card>
  )
}

/** What happens now, else why not, else what it would cost. */
function CardNote({ template, state }: Pick<CardFaceProps, 'template' | 'state'>) {
  if (state.note)
    return <p className={cn('[overflow-wrap:anywhere]', state.kind === 'error' && TONE_TEXT.bad)}>{state.note}</p>
  const why = blockedBy(template)
  const { text, tone } = why === null ? costWords(template.cost) : { text: why, tone: 'warn' as const }
  return <p className={cn('line-clamp-2 [overflow-wrap:anywhere]', tone && TONE_TEXT[tone])}>{text}</p>
}

function CardLink({ state, name, details }: { state: CardState; name: string; details: string }) {
  const watching = state.deploymentId !== null && state.kind !== 'success'
  const words = watching ? (state.kind === 'error' ? 'See why' : 'Watch') : 'Details'
  return (
    <Link
      href={watching ? `/deployments/${state.deploymentId}` : details}
      className="ml-auto flex items-center gap-1 rounded-control text-muted hover:text-ink"
      aria-label={`${words}: ${name}`}
    >
      {words} <ArrowRight className="size-4" aria-hidden />
    </Link>
  )
}
