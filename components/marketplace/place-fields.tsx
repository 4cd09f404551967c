'use client'
import { useQuery } from '@tanstack/react-query'
import { useFormContext } from 'react-hook-form'
import { useTRPC } from '#components/trpc/client.tsx'
import { Button } from '#components/ui/button.tsx'
import { describedBy, Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'
import type { DefaultsView } from '#server/api/views-templates.ts'
import { basisWords, cpuProblem, type DeployValues, isRegion, memoryProblem, regionProblem } from './deploy-model.ts'
import { useSettled } from './use-filters.ts'

const NAME_MAX = 80

export function NameField({ placeholder }: { placeholder: string }) {
  const { register } = useFormContext<DeployValues>()
  return (
    <Field id="deploy-name" label="Name">
      <Input id="deploy-name" maxLength={NAME_MAX} placeholder={placeholder} {...register('name')} />
    </Field>
  )
}

const ASK_AFTER_MS = 250

/** Empty is best: then every droplet with room counts. What a region would mean is asked as it is typed. */
export function RegionField({ template, suggested }: { template: string; suggested: DefaultsView['region'] }) {
  const { register, formState, setValue, watch } = useFormContext<DeployValues>()
  const error = formState.errors.region?.message
  const typed = watch('region').trim()
  return (
    <Field
      id="deploy-region"
      label="Region"
      error={error}
      hint={
        typed === '' ? (
          <>
            Berth chooses where it costs least.
            {suggested && (
              <>
                {' '}
                Suggested: <code className="font-mono">{suggested.slug}</code>. {suggested.reason}
              </>
            )}
          </>
        ) : (
          <RegionMeans template={template} region={typed} />
        )
      }
    >
      <div className="flex gap-2">
        <Input
          id="deploy-region"
          className="font-mono"
          placeholder="any"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy('deploy-region', true, error !== undefined)}
          {...register('region', { validate: (value) => regionProblem(value) ?? true })}
        />
        {suggested && typed !== suggested.slug && (
          <Button
            className="h-9"
            onClick={() => setValue('region', suggested.slug, { shouldDirty: true, shouldValidate: true })}
          >
            Use {suggested.slug}
          </Button>
        )}
      </div>
    </Field>
  )
}

function RegionMeans({ template, region }: { template: string; region: string }) {
  const trpc = useTRPC()
  const settled = useSettled(region, ASK_AFTER_MS)
  const { data } = useQuery({
    ...trpc.selection.preview.queryOptions({ template, region: settled }),
    enabled: isRegion(settled),
  })
  return <span aria-live="polite">{data && settled === region ? data.summary : 'Only in this region.'}</span>
}

export function LimitFields({ resources }: { resources: DefaultsView['resources'] }) {
  const { register, formState } = useFormContext<DeployValues>()
  const { memory, cpu } = formState.errors
  return (
    <fieldset className="grid grid-cols-2 gap-x-3 gap-y-1.5">
      <legend className="sr-only">Limits</legend>
      <Field id="deploy-memory" label="Memory" error={memory?.message} className="content-start">
        <Input
          id="deploy-memory"
          className="font-mono"
          aria-invalid={memory ? true : undefined}
          aria-describedby={describedBy('deploy-memory', false, memory !== undefined)}
          {...register('memory', { validate: (value) => memoryProblem(value) ?? true })}
        />
      </Field>
      <Field id="deploy-cpu" label="vCPUs" error={cpu?.message} className="content-start">
        <Input
          id="deploy-cpu"
          className="font-mono"
          inputMode="decimal"
          aria-invalid={cpu ? true : undefined}
          aria-describedby={describedBy('deploy-cpu', false, cpu !== undefined)}
          {...register('cpu', { validate: (value) => cpuProblem(value) ?? true })}
        />
      </Field>
      <p className="col-span-2 text-muted text-sm">{basisWords(resources)}</p>
    </fieldset>
  )
}
