'use client'
import { CheckField, Section, TextField } from './fields.tsx'

export const PlacementSection = () => (
  <Section id="placement" title="Placement" lead="Which droplets may run it, and who comes first in the queue.">
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField name="criteria.regions" label="Regions" mono placeholder="any" hint="Such as nyc3, ams3." />
      <TextField
        name="criteria.sizes"
        label="Sizes of new droplets"
        mono
        placeholder="any"
        hint="Such as s-1vcpu-1gb, s-2vcpu-2gb."
      />
      <CheckField name="criteria.spread" label="Spread" hint="Never two of it on one droplet." />
      <CheckField name="criteria.exclusive" label="Exclusive" hint="A droplet of its own, with nothing beside it." />
      <TextField
        name="deploymentPriority"
        label="Priority"
        mono
        inputMode="numeric"
        hint="0 to 9; higher ones leave the queue first."
      />
    </div>
  </Section>
)
