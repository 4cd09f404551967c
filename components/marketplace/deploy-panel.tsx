'use client'
import { useRouter } from 'next/navigation'
import { TONE_TEXT } from '#components/status/status.ts'
import { Button } from '#components/ui/button.tsx'
import { Card } from '#components/ui/card.tsx'
import { Skeleton } from '#components/ui/skeleton.tsx'
import type { TemplateView } from '#server/api/views-templates.ts'
import { blockedBy, isDeployable } from './card-model.ts'
import { DeployForm } from './deploy-form.tsx'
import { useDefaults } from './use-defaults.ts'
import { useDeploy } from './use-deploy.ts'
import { PriceField } from './where-field.tsx'

export function DeployPanel({ template }: { template: TemplateView }) {
  const router = useRouter()
  const deploy = useDeploy()
  const defaults = useDefaults(template.slug)
  const blocked = blockedBy(template)
  return (
    <Card
      aria-label="Deploy"
      className="scroll-thin grid grid-cols-1 gap-4 p-4 lg:max-h-[calc(100dvh-6rem)] lg:overflow-y-auto"
    >
      {blocked && <p className={TONE_TEXT.warn}>{blocked}</p>}
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
          {/* What it costs and the button stay in sight, however long the choices above them are. */}
          <div className="grid grid-cols-1 gap-3 bg-surface lg:sticky lg:bottom-0 lg:-mx-4 lg:-mb-4 lg:border-t lg:p-4">
            <PriceField template={template} belowChoices />
            <Button
              tone="primary"
              size="lg"
              type="submit"
              pending={deploy.submitting}
              disabled={!isDeployable(template)}
            >
              Deploy Now
            </Button>
          </div>
        </DeployForm>
      )}
    </Card>
  )
}
