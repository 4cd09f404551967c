export { DeploymentSkeleton as default } from '#components/deployments/deployment-skeleton.tsx'
