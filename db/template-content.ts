/**
 * One version of a template, whole: what an editor edits, what versions are compared by, what the seed writes. The head
 * row of the catalogue holds a copy of the current version's content.
 */
import { z } from 'zod'
import { autoDeployCriteria, templateConfig } from './template-config.ts'

export const VERSION_STATUSES = ['draft', 'published', 'deprecated', 'withdrawn'] as const
export type VersionStatus = (typeof VERSION_STATUSES)[number]

const oneLine = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((value) => !/[\p{Cc}\p{Cs}]/u.test(value), 'Use one line without control characters')

const link = z.url({ protocol: /^https?$/, error: 'Use an http:// or https:// URL' }).max(2000)

export const templateContent = z.object({
  displayName: oneLine(80),
  description: z.string().trim().min(1).max(2000),
  category: z
    .string()
    .max(40)
    .regex(/^[a-z][a-z0-9-]*$/, 'Use lower-case letters, digits and -'),
  tags: z.array(oneLine(40)).max(20).default([]),
  isOfficial: z.boolean().default(false),
  githubUrl: link.nullable().default(null),
  documentationUrl: link.nullable().default(null),
  /** 0-9, higher first in the queue. */
  deploymentPriority: z.int().min(0).max(9).default(5),
  criteria: autoDeployCriteria.default({}),
  config: templateConfig,
})
export type TemplateContent = z.infer<typeof templateContent>

/** Of the marketplace; others are allowed and come behind these. */
export const CATEGORIES = [
  'ai',
  'business',
  'cloud',
  'communication',
  'data',
  'developer-tools',
  'files',
  'finance',
  'knowledge',
  'maps',
  'media',
  'monitoring',
  'productivity',
  'reasoning',
  'search',
  'security',
  'web',
] as const

/** A registry package resolved once: every dependency with its hash. Stored with the version, installed from nothing else. */
export type PackageLock =
  | {
      registryType: 'npm'
      /** The text of `package.json` and `package-lock.json`. */
      packageJson: string
      packageLock: string
      /** Path of the program below the install folder, e.g. `node_modules/x/dist/index.js`. */
      program: string
      packages: number
      /** Names of dependencies that want to run install scripts and were not allowed to. */
      installScripts: string[]
    }
  | {
      registryType: 'pypi'
      /** `requirements.txt` with `--hash=sha256:…` on every line. */
      requirements: string
      /** Console script below `bin/`. */
      program: string
      packages: number
    }
