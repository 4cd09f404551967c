/** What validations need from the rest of Berth, declared by their user: fakes in tests, `wiring.ts` in the product. */
import type { DryRunInput, DryRunResult } from '#server/deployments/index.ts'
import type { InspectedImage, RegistryClient } from '#server/registry/port.ts'
import type { Resolved } from './image.ts'
import type { PackageInput } from './package.ts'
import type { Offer } from './resources.ts'
import type { SignatureSeen } from './security.ts'
import type { ScanResult } from './trivy.ts'

interface Bounded {
  signal: AbortSignal
}

export interface ValidationDeps {
  images: Pick<RegistryClient, 'inspect'>
  /** Reads what was signed over the image and judges it; `digest`: the very one of the two that the verdict is about. */
  signature(image: InspectedImage, o: Bounded): Promise<SignatureSeen>
  /** By the operator's Trivy, where there is one. */
  scan(image: InspectedImage, o: Bounded): Promise<ScanResult>
  /** What this person's cloud sells; of null, what any account of the installation sees. Null: nobody can say. */
  offer(userId: string | null, o: Bounded): Promise<Offer | null>
  /** Chooses every version of a template's package and its dependencies. */
  resolvePackage(input: PackageInput, o: Bounded): Promise<Resolved>
  dryRun: {
    start(input: DryRunInput): Promise<{ deploymentId: string }>
    /** Waits until it is undone. */
    result(deploymentId: string, o: Bounded): Promise<DryRunResult>
  }
}
