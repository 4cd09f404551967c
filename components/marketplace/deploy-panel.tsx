'use client'
import { useRouter } from 'next/navigation'
import { TONE_TEXT } from '#components/status/status.ts'
import { Card } from '#components/ui/card.tsx'
import { cn } from '#components/ui/cn.ts'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { TemplateView } from '#server/api/views-templates.ts'
import { blockedBy, isDeployable } from './card-model.ts'
import { DeployForm } from './deploy-form.tsx'
import { useDefaults } from './use-defaults.ts'
import { useDeploy } from './use-deploy.ts'
import { PriceField, SubmitButton } from './where-field.tsx'

export function DeployPanel({ template }: { template: TemplateView }) {
  const router = useRouter()
  const deploy = useDeploy()
  const defaults = useDefaults(template.slug)
  const blocked = blockedBy(template)
  return (
    <Card aria-label="Deploy" className="flex flex-col lg:max-h-[calc(100dvh-6rem)]">
      {blocked && <p className={cn('p-4', TONE_TEXT.warn)}>{blocked}</p>}
      {template.upstream?.status === 'deleted' ? null : defaults === undefined ? (
        <div className="grid gap-4 p-4" aria-busy>
          <Skeleton className="h-5 w-2/3" />
          <Skeleton className="h-10" />
        </div>
      ) : (
        <DeployForm
          template={template}
          defaults={defaults}
          deploy={deploy}
          inPanel
          onStarted={(id) => router.push(`/deployments/${id}`)}
        >
          <PriceField template={template} belowChoices />
          <SubmitButton template={template} size="lg" pending={deploy.submitting} disabled={!isDeployable(template)}>
            Deploy Now
          </SubmitButton>
        </DeployForm>
      )}
    </Card>
  )
}
