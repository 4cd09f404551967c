/** The arrows of the architecture: app → api → features → clients → db, one way. See docs/developer/architecture.md. */
const base = ['server/(errors|config|context|rounds|storable|tx)\\.ts$', '^server/(crypto|observability)/', '^db/']
const clients = '^server/(placement|engine|cloud|registry)/'
const features = '^server/(deployments|fleet|templates|gateway|workflows|auth|packages|effectiveness|planning)/'
const tests = '\\.test\\.tsx?$|/testing[^/]*\\.ts$|contract\\.ts$'

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: tests },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'placement-is-pure',
      severity: 'error',
      from: { path: '^server/placement/', pathNot: tests },
      to: { pathNot: '^server/placement/' },
    },
    {
      name: 'pages-know-types-only',
      comment:
        'app/ and components/ take types from server/, plain constants from db/schema/states.ts, and the schemas of a ' +
        'template (plain zod, free of Drizzle), so that a form refuses exactly what the server would',
      severity: 'error',
      from: { path: '^(app|components)/', pathNot: tests },
      to: {
        path: '^(server|db|local-cloud)/',
        pathNot: '^db/(schema/states|placement-preferences|template-(config|content|validation))\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'server-never-knows-the-local-cloud',
      severity: 'error',
      from: { path: '^server/', pathNot: tests },
      to: { path: '^local-cloud/' },
    },
    {
      name: 'local-cloud-stands-apart',
      severity: 'error',
      from: { path: '^local-cloud/', pathNot: tests },
      to: { path: '^(server|app|components)/' },
    },
    {
      name: 'clients-know-no-features',
      severity: 'error',
      from: { path: clients, pathNot: tests },
      to: { path: [features, '^server/api/', '^app/'] },
    },
    {
      name: 'features-know-no-api',
      comment: 'server/api/views*.ts hold types only: the shapes that leave, which features fill and pages draw',
      severity: 'error',
      from: { path: features, pathNot: tests },
      to: {
        path: ['^server/api/', '^app/', '^components/'],
        pathNot: '^server/api/views(-placement|-templates)?\\.ts$',
      },
    },
    {
      name: 'base-knows-nothing-above',
      severity: 'error',
      from: { path: base, pathNot: tests },
      to: { path: [clients, features, '^server/api/', '^app/'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'db-knows-no-server',
      severity: 'error',
      from: { path: '^db/', pathNot: tests },
      to: { path: '^(server|app|components|local-cloud)/' },
    },
    {
      name: 'modules-have-one-face',
      comment: 'from outside, a server module is reached through its index.ts or port.ts',
      severity: 'error',
      from: { path: '^server/([^/]+)/', pathNot: tests },
      to: {
        path: '^server/(deployments|fleet|gateway|engine|cloud|workflows|auth|templates|placement|packages|effectiveness|planning)/',
        pathNot: ['^server/$1/', '/(index|port|types|event-types)\\.ts$', '/remote-commands\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^#' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(node_modules|\\.next|\\.data|\\.runtime)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
