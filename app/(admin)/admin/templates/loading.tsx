export { TemplatesSkeleton as default } from '#components/admin/templates/list/templates-skeleton.tsx'
