'use client'
import { useRouter } from 'next/navigation'
import { TONE_TEXT } from '#components/status/status.ts'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { TemplateView } from '#server/api/views-templates.ts'
import { blockedBy, costWords, isDeployable } from './card-model.ts'
import { DeployForm } from './deploy-form.tsx'
import { useDefaults } from './use-defaults.ts'
import { useDeploy } from './use-deploy.ts'

export function DeployPanel({ template }: { template: TemplateView }) {
  const router = useRouter()
  const deploy = useDeploy()
  const defaults = useDefaults(template.slug)
  return (
    <Card
      aria-label="Deploy"
      className="scroll-thin grid grid-cols-1 gap-4 p-4 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto"
    >
      <Cost template={template} />
      {template.upstream?.status === 'deleted' ? null : defaults === undefined ? (
        <div className="grid gap-4" aria-busy>
          <Skeleton className="h-5 w-2/3" />
          <Skeleton className="h-10" />
        </div>
      ) : (
        <DeployForm
          template={template}
          defaults={defaults}
          deploy={deploy}
          whereFirst
          onStarted={(id) => router.push(`/deployments/${id}`)}
        >
          <Button tone="primary" size="lg" type="submit" pending={deploy.submitting} disabled={!isDeployable(template)}>
            Deploy Now
          </Button>
        </DeployForm>
      )}
    </Card>
  )
}

function Cost({ template }: { template: TemplateView }) {
  const why = blockedBy(template)
  if (why) return <p className={TONE_TEXT.warn}>{why}</p>
  const cost = costWords(template.cost)
  return (
    <div>
      <p className={cn('font-medium text-md', cost.tone && TONE_TEXT[cost.tone])}>{cost.text}</p>
      {template.cost.kind === 'create' && (
        <p className="text-muted text-sm">
          <span className="font-mono">{template.cost.size}</span> in {template.cost.region}; later servers share it
          while it has room
        </p>
      )}
    </div>
  )
}
