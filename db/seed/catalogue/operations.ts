/** Servers that watch and guard what runs. Sources: see README.md. */
import { extraSecret, fixed, optional, type PublicServer, required, secret } from './entry.ts'

const victoria = { category: 'monitoring', official: true, runtime: 'native' } as const

export const OPERATIONS: PublicServer[] = [
  {
    ...{ slug: 'grafana', name: 'Grafana', category: 'monitoring', official: true, runtime: 'native' },
    description:
      'Searches dashboards, queries Prometheus and Loki through Grafana, reads alerts and incidents, and finds who is on call.',
    tags: ['dashboards', 'metrics', 'logs', 'alerts'],
    repository: 'grafana/mcp-grafana',
    image: 'docker.io/mcp/grafana:latest',
    arguments: ['--transport=stdio'],
    variables: [
      required('GRAFANA_URL', 'Address of the Grafana instance.'),
      secret('GRAFANA_API_KEY', 'Token of a service account.'),
    ],
    ...{ pulls: 8120, stars: 1444 },
  },
  {
    ...{ slug: 'prometheus', name: 'Prometheus', category: 'monitoring', official: false, runtime: 'python' },
    description:
      'Runs PromQL queries against a Prometheus server, lists its metrics and their meaning, and shows the state of its targets.',
    tags: ['metrics', 'promql'],
    repository: 'pab1it0/prometheus-mcp-server',
    image: 'ghcr.io/pab1it0/prometheus-mcp-server:latest',
    variables: [required('PROMETHEUS_URL', 'Address of the server.')],
  },
  {
    ...{ slug: 'victoriametrics', name: 'VictoriaMetrics', ...victoria },
    description:
      'Queries metrics in VictoriaMetrics, examines labels, cardinality and alerts, and looks things up in its documentation.',
    tags: ['metrics', 'promql', 'cardinality'],
    repository: 'VictoriaMetrics-Community/mcp-victoriametrics',
    image: 'ghcr.io/victoriametrics-community/mcp-victoriametrics:latest',
    variables: [
      required('VM_INSTANCE_ENTRYPOINT', 'Address of the instance.'),
      optional('VM_INSTANCE_TYPE', 'How the instance runs.', 'single', ['single', 'cluster']),
      extraSecret('VM_INSTANCE_BEARER_TOKEN', 'Token, when it asks for one.'),
      fixed('MCP_SERVER_MODE', 'stdio'),
    ],
  },
  {
    ...{ slug: 'victorialogs', name: 'VictoriaLogs', ...victoria },
    description:
      'Searches logs in VictoriaLogs with LogsQL, counts them over time and by field, and explains the query language.',
    tags: ['logs', 'logsql'],
    repository: 'VictoriaMetrics-Community/mcp-victorialogs',
    image: 'ghcr.io/victoriametrics-community/mcp-victorialogs:latest',
    variables: [
      required('VL_INSTANCE_ENTRYPOINT', 'Address of the instance.'),
      extraSecret('VL_INSTANCE_BEARER_TOKEN', 'Token, when it asks for one.'),
      fixed('MCP_SERVER_MODE', 'stdio'),
    ],
  },
  {
    ...{ slug: 'victoriatraces', name: 'VictoriaTraces', ...victoria },
    description:
      'Finds traces in VictoriaTraces by service, operation and duration, and shows how services depend on each other.',
    tags: ['traces', 'observability'],
    repository: 'VictoriaMetrics-Community/mcp-victoriatraces',
    image: 'ghcr.io/victoriametrics-community/mcp-victoriatraces:latest',
    variables: [
      required('VT_INSTANCE_ENTRYPOINT', 'Address of the instance.'),
      extraSecret('VT_INSTANCE_BEARER_TOKEN', 'Token, when it asks for one.'),
      fixed('MCP_SERVER_MODE', 'stdio'),
    ],
  },
  {
    ...{ slug: 'dynatrace', name: 'Dynatrace', category: 'monitoring', official: true, runtime: 'node' },
    description:
      'Asks Dynatrace about problems, vulnerabilities, logs and metrics with DQL, and finds the owner of a service.',
    tags: ['observability', 'problems', 'dql'],
    repository: 'dynatrace-oss/dynatrace-mcp',
    image: 'docker.io/mcp/dynatrace-mcp-server:latest',
    variables: [
      required('DT_ENVIRONMENT', 'Address of the environment, e.g. https://abc12345.apps.dynatrace.com.'),
      secret('OAUTH_CLIENT_ID', 'OAuth client of the environment.'),
      secret('OAUTH_CLIENT_SECRET', 'Its secret.'),
    ],
  },
  {
    ...{ slug: 'phoenix', name: 'Arize Phoenix', category: 'monitoring', official: true, runtime: 'node' },
    description:
      'Works with prompts, data sets, experiments and traces of Arize Phoenix, the workbench for observing language model apps.',
    tags: ['llm', 'traces', 'evaluation'],
    repository: 'Arize-ai/phoenix',
    image: 'ghcr.io/stacklok/dockyard/npx/phoenix-mcp:2.2.9',
    variables: [
      required('PHOENIX_BASE_URL', 'Address of the Phoenix instance.'),
      extraSecret('PHOENIX_API_KEY', 'API key, when it asks for one.'),
    ],
    stars: 6771,
  },
  {
    ...{ slug: 'opik', name: 'Opik', category: 'monitoring', official: true, runtime: 'node' },
    description:
      'Reads projects, prompts, traces and metrics of Comet’s Opik, which records and judges calls to language models.',
    tags: ['llm', 'traces', 'evaluation'],
    repository: 'comet-ml/opik-mcp',
    image: 'docker.io/mcp/opik:latest',
    variables: [
      secret('OPIK_API_KEY', 'API key.'),
      optional('OPIK_API_BASE_URL', 'API of the instance.', 'https://www.comet.com/opik/api'),
      optional('OPIK_WORKSPACE_NAME', 'Workspace.', 'default'),
    ],
  },
  {
    ...{ slug: 'crowdstrike-falcon', name: 'CrowdStrike Falcon', category: 'security' },
    ...{ official: true, runtime: 'python' },
    description:
      'Searches detections, incidents, hosts, vulnerabilities and threat intelligence in the CrowdStrike Falcon platform.',
    tags: ['detections', 'incidents', 'threat-intelligence'],
    repository: 'crowdstrike/falcon-mcp',
    image: 'quay.io/crowdstrike/falcon-mcp:latest',
    transport: { type: 'streamable-http', port: 8000, path: '/mcp' },
    arguments: ['--transport', 'streamable-http', '--host', '0.0.0.0', '--port', '8000'],
    variables: [
      secret('FALCON_CLIENT_ID', 'API client with the scopes of the modules in use.'),
      secret('FALCON_CLIENT_SECRET', 'Its secret.'),
      required('FALCON_BASE_URL', 'API of the account’s region, e.g. https://api.crowdstrike.com.'),
      optional('FALCON_MCP_MODULES', 'Modules to offer, with commas between; all when empty.'),
    ],
    ...{ pulls: 3771, stars: 42 },
  },
  {
    ...{ slug: 'semgrep', name: 'Semgrep', category: 'security', official: true, runtime: 'python' },
    description:
      'Scans code for vulnerabilities with Semgrep’s rules, with a rule of the caller’s own, or as a syntax tree, and reads findings of the Semgrep platform.',
    tags: ['static-analysis', 'code', 'vulnerabilities'],
    repository: 'semgrep/mcp',
    image: 'ghcr.io/semgrep/mcp:0.6.0',
    transport: { type: 'sse', port: 8000, path: '/sse' },
    arguments: ['--transport', 'sse'],
    variables: [extraSecret('SEMGREP_APP_TOKEN', 'Opens findings of the Semgrep platform.')],
    ...{ pulls: 12_180, stars: 479 },
  },
  {
    ...{ slug: 'osv', name: 'OSV', category: 'security', official: false, runtime: 'native' },
    description:
      'Asks the OSV database which known vulnerabilities a package version or a commit has, one at a time or many at once.',
    tags: ['vulnerabilities', 'dependencies'],
    repository: 'StacklokLabs/osv-mcp',
    image: 'ghcr.io/stackloklabs/osv-mcp/server:0.0.7',
    transport: { type: 'sse', port: 8080, path: '/sse' },
    variables: [fixed('MCP_PORT', '8080')],
    ...{ pulls: 10_318, stars: 17 },
  },
  {
    ...{ slug: 'oci-registry', name: 'OCI Registry', category: 'developer-tools', official: false, runtime: 'native' },
    description:
      'Inspects container images in any OCI registry without pulling them: tags, manifests, configurations, sizes.',
    tags: ['containers', 'images'],
    repository: 'StacklokLabs/ocireg-mcp',
    image: 'ghcr.io/stackloklabs/ocireg-mcp/server:0.0.5',
    transport: { type: 'sse', port: 8080, path: '/sse' },
    variables: [
      extraSecret('OCI_TOKEN', 'Bearer token for private images.'),
      optional('OCI_USERNAME', 'User, without a token.'),
      extraSecret('OCI_PASSWORD', 'Password, without a token.'),
      fixed('MCP_PORT', '8080'),
    ],
    ...{ pulls: 8029, stars: 10 },
  },
  {
    ...{ slug: 'shodan', name: 'Shodan', category: 'security', official: false, runtime: 'node' },
    description: 'Looks up hosts, open ports, services and vulnerabilities in Shodan’s index of the internet.',
    tags: ['hosts', 'ports', 'reconnaissance'],
    repository: 'Cyreslab-AI/shodan-mcp-server',
    image: 'docker.io/mcp/cyreslab-ai-shodan:latest',
    variables: [secret('SHODAN_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'zscaler', name: 'Zscaler', category: 'security', official: true, runtime: 'python' },
    description:
      'Manages Zscaler’s Zero Trust Exchange: private access, internet access, digital experience and client connectors. Writing is off until it is allowed.',
    tags: ['zero-trust', 'networking', 'policies'],
    repository: 'zscaler/zscaler-mcp-server',
    image: 'docker.io/mcp/zscaler-mcp-server:latest',
    variables: [
      secret('ZSCALER_CLIENT_ID', 'OneAPI client.'),
      secret('ZSCALER_CLIENT_SECRET', 'Its secret.'),
      required('ZSCALER_CUSTOMER_ID', 'Customer id.'),
      required('ZSCALER_VANITY_DOMAIN', 'Vanity domain of the organisation.'),
      optional('ZSCALER_CLOUD', 'Cloud, when it is not production.'),
      optional('ZSCALER_MCP_WRITE_ENABLED', 'Offers tools that change something.', 'false', ['true', 'false']),
    ],
  },
  {
    ...{ slug: 'vectra-rux', name: 'Vectra AI', category: 'security', official: true, runtime: 'python' },
    description:
      'Investigates threats that Vectra AI detected: entities, detections, assignments and notes of the Respond UX.',
    tags: ['threat-detection', 'incidents'],
    repository: 'vectra-ai-research/vectra-ai-mcp-server',
    image: 'docker.io/mcp/vectra-ai-rux-mcp-server:latest',
    variables: [
      required('VECTRA_BASE_URL', 'Address of the tenant.'),
      required('VECTRA_CLIENT_ID', 'API client.'),
      secret('VECTRA_CLIENT_SECRET', 'Its secret.'),
    ],
  },
  {
    ...{ slug: 'stackhawk', name: 'StackHawk', category: 'security', official: true, runtime: 'python' },
    description:
      'Sets up StackHawk’s dynamic security tests for a web app or API, checks the configuration and helps to fix what a scan found.',
    tags: ['dast', 'api', 'scanning'],
    repository: 'stackhawk/stackhawk-mcp',
    image: 'docker.io/mcp/stackhawk:latest',
    variables: [secret('STACKHAWK_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'beagle-security', name: 'Beagle Security', category: 'security', official: true, runtime: 'node' },
    description: 'Starts penetration tests of web apps and APIs in Beagle Security and reads their results.',
    tags: ['penetration-testing', 'scanning'],
    repository: 'beaglesecurity/beagle-security-mcp-server',
    image: 'docker.io/mcp/beagle-security-mcp-server:latest',
    variables: [secret('BEAGLE_SECURITY_API_TOKEN', 'API token.')],
  },
  {
    ...{ slug: 'okta', name: 'Okta', category: 'security', official: true, runtime: 'python' },
    description:
      'Administers an Okta organisation: users, groups, applications, policies and system logs. Signs in with a private key, whose scopes bound it.',
    tags: ['identity', 'users', 'access'],
    repository: 'okta/okta-mcp-server',
    image: 'docker.io/mcp/okta-mcp-server:latest',
    variables: [
      required('OKTA_ORG_URL', 'Address of the organisation.'),
      required('OKTA_CLIENT_ID', 'Client id of the application.'),
      required('OKTA_SCOPES', 'Scopes, with spaces between, e.g. okta.users.read okta.groups.read.'),
      secret('OKTA_PRIVATE_KEY', 'Private key of the application.'),
      required('OKTA_KEY_ID', 'Id of that key.'),
    ],
    volumes: [{ name: 'keyring', path: '/root/.local/share/python_keyring' }],
  },
  {
    ...{ slug: 'descope', name: 'Descope', category: 'security', official: true, runtime: 'node' },
    description:
      'Searches audit logs and users of a Descope project, creates and invites users, and reads its documentation.',
    tags: ['identity', 'authentication', 'audit'],
    repository: 'descope-sample-apps/descope-mcp-server',
    image: 'docker.io/mcp/descope:latest',
    variables: [
      required('DESCOPE_PROJECT_ID', 'Id of the project.'),
      secret('DESCOPE_MANAGEMENT_KEY', 'Management key.'),
    ],
  },
]
