export { MarketplaceSkeleton as default } from '#components/marketplace/marketplace-skeleton.tsx'
