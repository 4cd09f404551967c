export { DeploymentsSkeleton as default } from '#components/deployments/deployments-skeleton.tsx'
