export { TemplateSkeleton as default } from '#components/marketplace/template-skeleton.tsx'
