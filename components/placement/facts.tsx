import type { Fact } from './decision-model.ts'

/** Names with their figures, as many beside each other as there is room for. */
export const Facts = ({ facts }: { facts: readonly Fact[] }) => (
  <dl className="grid grid-cols-[repeat(auto-fit,minmax(10rem,1fr))] gap-x-6 gap-y-3">
    {facts.map(({ name, value }) => (
      <div key={name} className="grid min-w-0 content-between">
        <dt className="text-muted text-sm [overflow-wrap:anywhere]">{name}</dt>
        <dd className="font-mono">{value}</dd>
      </div>
    ))}
  </dl>
)
