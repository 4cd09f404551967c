/** What every account may choose from: sizes, regions, distribution images. */

import { z } from 'zod'
import sizesFile from '#local-cloud/data/sizes.json' with { type: 'json' }

export interface Size {
  slug: string
  memory: number
  vcpus: number
  disk: number
  transfer: number
  price_monthly: number
  price_hourly: number
  regions: string[]
  available: boolean
  description: string
}

export interface Region {
  slug: string
  name: string
  features: string[]
  available: boolean
  sizes: string[]
}

export interface DistributionImage {
  id: number
  name: string
  type: 'base'
  distribution: string
  slug: string
  public: true
  regions: string[]
  created_at: string
  min_disk_size: number
  size_gigabytes: number
  description: string
  tags: string[]
  status: 'available'
}

const source = z
  .object({
    regionsOct2026: z.array(z.string()),
    sizes: z.array(
      z.object({
        slug: z.string(),
        vcpus: z.number(),
        memoryMiB: z.number(),
        diskGiB: z.number(),
        priceMonthly: z.number(),
        priceHourly: z.number(),
        family: z.string(),
      }),
    ),
  })
  .parse(sizesFile)

const FAMILIES: Record<string, string> = {
  s: 'Basic',
  c: 'CPU-Optimized',
  c2: 'CPU-Optimized 2x SSD',
  g: 'General Purpose',
  gd: 'General Purpose 2x SSD',
  m: 'Memory-Optimized',
  m3: 'Memory-Optimized 3x SSD',
  m6: 'Memory-Optimized 6x SSD',
  so: 'Storage-Optimized',
  so1_5: 'Storage-Optimized 1.5x SSD',
}

const CITIES: Record<string, string> = {
  ams: 'Amsterdam',
  atl: 'Atlanta',
  blr: 'Bangalore',
  fra: 'Frankfurt',
  lon: 'London',
  mem: 'Memphis',
  mkc: 'Kansas City',
  nyc: 'New York',
  ric: 'Richmond',
  sfo: 'San Francisco',
  sgp: 'Singapore',
  syd: 'Sydney',
  tor: 'Toronto',
}

export const SIZES: Size[] = source.sizes.map((size) => ({
  slug: size.slug,
  memory: size.memoryMiB,
  vcpus: size.vcpus,
  disk: size.diskGiB,
  // Basic droplets include 1000 GiB of transfer for each 6 dollars; the source has no figures, so this is a stand-in.
  transfer: Math.max(0.5, Math.round(size.priceMonthly / 6)),
  price_monthly: size.priceMonthly,
  price_hourly: size.priceHourly,
  regions: source.regionsOct2026,
  available: true,
  description: FAMILIES[size.family] ?? size.family,
}))

export const REGIONS: Region[] = source.regionsOct2026.map((slug) => ({
  slug,
  name: `${CITIES[slug.slice(0, 3)] ?? slug} ${slug.slice(3)}`,
  features: ['backups', 'ipv6', 'metadata', 'install_agent', 'storage', 'image_transfer'],
  available: true,
  sizes: SIZES.map((size) => size.slug),
}))

/** The published description of the API lists only these for images, though newer regions have them too. */
const IMAGE_REGIONS = ['ams3', 'blr1', 'fra1', 'lon1', 'nyc1', 'nyc2', 'nyc3', 'sfo2', 'sfo3', 'sgp1', 'tor1', 'syd1']

export const IMAGES: DistributionImage[] = [
  [195932981, '13 x64', 'Debian', 'debian-13-x64'],
  [133843982, '12 x64', 'Debian', 'debian-12-x64'],
  [195932997, '24.04 (LTS) x64', 'Ubuntu', 'ubuntu-24-04-x64'],
  [129211873, '22.04 (LTS) x64', 'Ubuntu', 'ubuntu-22-04-x64'],
  [191222314, '9 x64', 'Rocky Linux', 'rockylinux-9-x64'],
  [199101122, '42 x64', 'Fedora', 'fedora-42-x64'],
].map(([id, name, distribution, slug]) => ({
  id: Number(id),
  name: String(name),
  type: 'base',
  distribution: String(distribution),
  slug: String(slug),
  public: true,
  regions: IMAGE_REGIONS,
  created_at: '2026-01-15T10:00:00Z',
  min_disk_size: 10,
  size_gigabytes: 2.36,
  description: `${distribution} ${name}`,
  tags: [],
  status: 'available',
}))

export const sizeOf = (slug: string): Size | undefined => SIZES.find((size) => size.slug === slug)
export const regionOf = (slug: string): Region | undefined => REGIONS.find((region) => region.slug === slug)
export const imageOf = (id: number | string): DistributionImage | undefined =>
  IMAGES.find((image) => image.id === Number(id) || image.slug === id)
