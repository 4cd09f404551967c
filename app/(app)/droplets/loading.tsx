export { DropletsSkeleton as default } from '#components/droplets/droplets-skeleton.tsx'
