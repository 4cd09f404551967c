'use client'
import { CATEGORIES } from '#db/template-content.ts'
import { AreaField, CheckField, Section, TextField } from './fields.tsx'

export const AboutSection = () => (
  <Section id="about" title="What it is">
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField name="displayName" label="Name" maxLength={80} />
      <TextField
        name="category"
        label="Category"
        hint="One of the marketplace's, or your own in lower case."
        list="template-categories"
      />
      <datalist id="template-categories">
        {CATEGORIES.map((category) => (
          <option key={category} value={category} />
        ))}
      </datalist>
      <AreaField
        name="description"
        label="Description"
        hint="What it does for the person who deploys it; the first sentence stands on its card."
        className="sm:col-span-2"
        maxLength={2000}
      />
      <TextField name="tags" label="Tags" hint="Separated by commas." className="sm:col-span-2" />
      <TextField name="githubUrl" label="Source code" placeholder="https://github.com/…" type="url" />
      <TextField name="documentationUrl" label="Documentation" placeholder="https://…" type="url" />
      <CheckField
        name="isOfficial"
        label="Official"
        hint="Made by the company or project whose service it speaks to."
        className="sm:col-span-2"
      />
    </div>
  </Section>
)
