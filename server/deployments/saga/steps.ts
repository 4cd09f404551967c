import { agentIntegration } from './agent-integration.ts'
import { analysis } from './analysis.ts'
import { containerDeploy } from './container-deploy.ts'
import { dropletSelection } from './droplet-selection.ts'
import { healthCheck } from './health-check.ts'
import { imagePull } from './image-pull.ts'
import type { Step } from './step.ts'

export const SAGA_STEPS: readonly Step[] = [
  analysis,
  dropletSelection,
  imagePull,
  containerDeploy,
  healthCheck,
  agentIntegration,
]
