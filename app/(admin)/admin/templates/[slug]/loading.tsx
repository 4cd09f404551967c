export { TemplateSkeleton as default } from '#components/admin/templates/detail/template-skeleton.tsx'
