'use client'
import { useFormContext, useWatch } from 'react-hook-form'
import type { EditorFields } from './editor-model.ts'
import { CheckField, Section, SelectField, TextField } from './fields.tsx'

interface SourceSectionProps {
  /** What the newest passing validation resolved the image to. */
  digest: string | null
  /** Packages in the lockfile of the shown version. */
  locked: number | null
}

export function SourceSection({ digest, locked }: SourceSectionProps) {
  const { control } = useFormContext<EditorFields>()
  const hasPackage = useWatch({ control, name: 'config.hasPackage' })
  return (
    <Section
      id="source"
      title={hasPackage ? 'Package' : 'Image'}
      lead={
        hasPackage
          ? 'Installed from its registry into a runner image, with every dependency pinned by hash.'
          : 'Pulled by digest: a tag that moves changes nothing that runs.'
      }
      action={<CheckField name="config.hasPackage" label="From a package registry" />}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {hasPackage && <PackageFields locked={locked} />}
        <TextField
          name="config.image"
          label={hasPackage ? 'Runner image' : 'Image'}
          mono
          className="sm:col-span-2"
          placeholder="docker.io/acme/server:1.2.0"
          hint={digest ? <span className="font-mono [overflow-wrap:anywhere]">{digest}</span> : undefined}
        />
        <TextField
          name="config.workingDir"
          label="Working folder"
          mono
          placeholder="the image's"
          className="sm:col-span-2 lg:col-span-1"
        />
      </div>
    </Section>
  )
}

const PackageFields = ({ locked }: { locked: number | null }) => (
  <>
    <SelectField name="config.package.registryType" label="Registry">
      <option value="npm">npm</option>
      <option value="pypi">PyPI</option>
    </SelectField>
    <TextField
      name="config.package.version"
      label="Version"
      mono
      hint={locked === null ? 'One exact version.' : `${locked} packages are locked by hash.`}
    />
    <TextField name="config.package.identifier" label="Package" mono className="sm:col-span-2" />
    <TextField
      name="config.package.allowInstallScripts"
      label="Allowed install scripts"
      mono
      hint="Names of dependencies whose install scripts may run, separated by commas. Others run none."
      className="sm:col-span-2"
    />
  </>
)
