/** The running parts of this process that procedures reach: made once by `server/runtime.ts`. */
import type { AuthEvents } from '#server/auth/index.ts'
import type { EventHub } from '#server/deployments/index.ts'
import type { Fleet } from '#server/fleet/index.ts'
import type { RegistryServices } from '#server/registry/index.ts'
import type { ValidationHub, Validator } from '#server/templates/validation/index.ts'

export interface Services extends RegistryServices {
  fleet: Fleet
  events: EventHub
  sessions: AuthEvents
  validations: ValidationHub
  validator: Validator
}
