import { PageHeader } from '#components/ui/page-header.tsx'
import { CredentialsCard } from './credentials-card.tsx'
import { UpstreamsCard } from './upstreams-card.tsx'

export const RegistriesView = () => (
  <div className="grid grid-cols-1 gap-5">
    <PageHeader title="Registries" lead="Where images and descriptions of servers come from." />
    <CredentialsCard />
    <UpstreamsCard />
  </div>
)
