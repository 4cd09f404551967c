'use client'
import { Plus } from 'lucide-react'
import { useFieldArray, useFormContext } from 'react-hook-form'
import { Button } from '#components/ui/button.tsx'
import type { EditorFields } from './editor-model.ts'
import { ListError, Section, TextField } from './fields.tsx'
import { RowActs } from './row-acts.tsx'
import { RowList, type RowPlace } from './row-list.tsx'

export const ResourcesSection = () => (
  <Section id="resources" title="Resources" lead="What one deployment reserves on its droplet, and is held to.">
    <div className="grid gap-4 sm:grid-cols-3">
      <TextField name="config.resources.memoryBytes" label="Memory" mono placeholder="256 MB" />
      <TextField name="config.resources.cpuMillis" label="Processor, vCPU" mono placeholder="0.25" />
      <TextField name="config.resources.diskBytes" label="Disk" mono placeholder="1 GB" />
    </div>
  </Section>
)

export function VolumesSection() {
  const { control } = useFormContext<EditorFields>()
  const list = useFieldArray({ control, name: 'config.volumes' })
  return (
    <Section
      id="volumes"
      title="Volumes"
      lead="What must outlive the container. Everything else is read-only or gone with it."
      action={
        <Button size="sm" onClick={() => list.append({ name: '', path: '' })}>
          <Plus /> Add a volume
        </Button>
      }
    >
      <ListError name="config.volumes" />
      <RowList list={list} row={(place) => <VolumeRow {...place} />} />
      <TextField
        name="config.writableRootReason"
        label="Why its root must be writable"
        placeholder="Leave empty: the root is read-only"
        hint="Only for servers that fail otherwise; people see the reason."
        maxLength={300}
      />
    </Section>
  )
}

const VolumeRow = ({ index, ...acts }: RowPlace) => (
  <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto]">
    <TextField
      name={`config.volumes.${index}.name`}
      label="Name"
      mono
      placeholder="data"
      className="max-sm:col-span-2"
    />
    <TextField name={`config.volumes.${index}.path`} label="Path inside the container" mono placeholder="/data" />
    <span className="self-end justify-self-end pb-1">
      <RowActs of={`volume ${index + 1}`} index={index} {...acts} />
    </span>
  </li>
)
