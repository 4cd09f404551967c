/** Servers for people who write, build and ship software. Sources: see README.md. */
import { extraSecret, fixed, optional, type PublicServer, required, secret } from './entry.ts'

export const CODE: PublicServer[] = [
  {
    ...{ slug: 'github', name: 'GitHub', category: 'developer-tools', official: true, runtime: 'native' },
    description:
      'Works with repositories, issues, pull requests, Actions runs and security alerts on GitHub. Acts with a personal access token, so it can do what that token may do.',
    tags: ['git', 'issues', 'pull-requests', 'ci'],
    repository: 'github/github-mcp-server',
    image: 'ghcr.io/github/github-mcp-server:v0.13.0',
    variables: [
      secret('GITHUB_PERSONAL_ACCESS_TOKEN', 'Token of the account that it acts as.'),
      optional('GITHUB_TOOLSETS', 'Groups of tools to offer, with commas between; all when empty.'),
      optional('GITHUB_READ_ONLY', 'Offers only tools that change nothing.', undefined, ['1']),
      optional('GITHUB_HOST', 'Address of a GitHub Enterprise server.'),
    ],
    ...{ pulls: 5000, stars: 21_509 },
  },
  {
    ...{ slug: 'gitlab', name: 'GitLab', category: 'developer-tools', official: false, runtime: 'node' },
    description:
      'Reads and changes GitLab projects: merge requests, issues, pipelines, wikis, milestones and files. Works with gitlab.com and with an instance of your own.',
    tags: ['git', 'merge-requests', 'ci'],
    repository: 'zereight/gitlab-mcp',
    image: 'docker.io/iwakitakuma/gitlab-mcp:2.0.3',
    transport: { type: 'streamable-http', port: 3002, path: '/mcp' },
    variables: [
      secret('GITLAB_PERSONAL_ACCESS_TOKEN', 'Token with the scope api, or read_api to look only.'),
      optional('GITLAB_API_URL', 'API of the instance.', 'https://gitlab.com/api/v4'),
      optional('GITLAB_PROJECT_ID', 'Project that is meant when none is named.'),
      optional('GITLAB_ALLOWED_PROJECT_IDS', 'Projects that it may touch, with commas between.'),
      optional('GITLAB_READ_ONLY_MODE', 'Offers only tools that change nothing.', 'false', ['true', 'false']),
      fixed('STREAMABLE_HTTP', 'true'),
    ],
    ...{ pulls: 9715, stars: 509 },
  },
  {
    ...{ slug: 'git', name: 'Git', category: 'developer-tools', official: true, runtime: 'python' },
    description:
      'Reads, searches and commits to Git repositories that lie on a volume: status, diff, log, branches, commits. It has no credentials for remote repositories.',
    tags: ['git', 'reference'],
    repository: 'modelcontextprotocol/servers',
    image: 'docker.io/mcp/git:latest',
    volumes: [{ name: 'repositories', path: '/repositories' }],
    ...{ pulls: 10_404, stars: 65_278 },
  },
  {
    ...{ slug: 'context7', name: 'Context7', category: 'developer-tools', official: true, runtime: 'node' },
    description:
      'Looks up the current documentation and code examples of a library by name and version, so that an agent writes against the API that exists today.',
    tags: ['documentation', 'libraries'],
    repository: 'upstash/context7',
    image: 'ghcr.io/stacklok/dockyard/npx/context7:1.0.14',
    ...{ pulls: 313, stars: 26_860 },
  },
  {
    ...{ slug: 'ref', name: 'Ref', category: 'developer-tools', official: true, runtime: 'node' },
    description:
      'Searches technical documentation and reads the pages it finds in a form that spends few tokens. Needs a key of ref.tools.',
    tags: ['documentation', 'search'],
    repository: 'ref-tools/ref-tools-mcp',
    image: 'docker.io/mcp/ref-tools-mcp:latest',
    variables: [secret('REF_API_KEY', 'Key from ref.tools.')],
  },
  {
    ...{ slug: 'sonarqube', name: 'SonarQube', category: 'developer-tools', official: true, runtime: 'jvm' },
    description:
      'Brings issues, quality gates, rules and measures of SonarQube Server or Cloud to an agent, and analyses a piece of code that it is given.',
    tags: ['code-quality', 'static-analysis'],
    repository: 'SonarSource/sonarqube-mcp-server',
    image: 'docker.io/mcp/sonarqube:latest',
    variables: [
      secret('SONARQUBE_TOKEN', 'User token.'),
      optional('SONARQUBE_URL', 'Address of a server of your own; without it, SonarQube Cloud.'),
      optional('SONARQUBE_ORG', 'Organisation on SonarQube Cloud.'),
    ],
    writes: 'It keeps the analysers that it downloads beside its program.',
  },
  {
    ...{ slug: 'buildkite', name: 'Buildkite', category: 'developer-tools', official: true, runtime: 'native' },
    description:
      'Lists pipelines, builds, jobs, test runs and artifacts of Buildkite, reads job logs, and starts builds where the token allows it.',
    tags: ['ci', 'builds'],
    repository: 'buildkite/buildkite-mcp-server',
    image: 'ghcr.io/buildkite/buildkite-mcp-server:0.5.11',
    arguments: ['stdio'],
    variables: [
      secret('BUILDKITE_API_TOKEN', 'API access token with the scopes for what it should see.'),
      optional('JOB_LOG_TOKEN_THRESHOLD', 'Longer logs are written to a file in place of the answer.'),
    ],
    ...{ pulls: 3424, stars: 31 },
  },
  {
    ...{ slug: 'circleci', name: 'CircleCI', category: 'developer-tools', official: true, runtime: 'node' },
    description:
      'Finds out why a CircleCI build failed: logs of failed jobs, flaky tests, pipeline status, checks of the configuration file. Can also run a pipeline.',
    tags: ['ci', 'builds', 'tests'],
    repository: 'CircleCI-Public/mcp-server-circleci',
    image: 'ghcr.io/stacklok/dockyard/npx/mcp-server-circleci:0.14.0',
    variables: [
      secret('CIRCLECI_TOKEN', 'Personal API token.'),
      optional('CIRCLECI_BASE_URL', 'Address of a server of your own.', 'https://circleci.com'),
    ],
    stars: 59,
  },
  {
    ...{ slug: 'sentry', name: 'Sentry', category: 'monitoring', official: true, runtime: 'node' },
    description:
      'Searches errors and performance issues in Sentry, reads stack traces and events, and manages projects and teams of the organisation.',
    tags: ['errors', 'observability', 'debugging'],
    repository: 'getsentry/sentry-mcp',
    image: 'ghcr.io/stacklok/dockyard/npx/sentry-mcp-server:latest',
    variables: [
      secret('SENTRY_ACCESS_TOKEN', 'User auth token.'),
      optional('SENTRY_HOST', 'Host of a Sentry of your own.'),
      extraSecret('OPENAI_API_KEY', 'Lets its search tools understand plain sentences.'),
    ],
    ...{ pulls: 127, stars: 327 },
  },
  {
    ...{ slug: 'postman', name: 'Postman', category: 'developer-tools', official: true, runtime: 'node' },
    description:
      'Manages Postman workspaces, collections, environments, mocks, monitors and API specifications through the Postman API.',
    tags: ['api', 'testing'],
    repository: 'postmanlabs/postman-mcp-server',
    image: 'docker.io/mcp/postman:latest',
    variables: [secret('POSTMAN_API_KEY', 'Key from the account settings of Postman.')],
  },
  {
    ...{ slug: 'docker-hub', name: 'Docker Hub', category: 'developer-tools', official: true, runtime: 'node' },
    description:
      'Searches Docker Hub for images, inspects repositories and tags, and manages the repositories of the account whose token it is given.',
    tags: ['containers', 'images'],
    repository: 'docker/hub-mcp',
    image: 'docker.io/mcp/dockerhub:latest',
    arguments: ['--transport=stdio', { onlyWith: 'HUB_USERNAME', values: ['--username={HUB_USERNAME}'] }],
    variables: [
      {
        ...optional('HUB_USERNAME', 'Account that the token belongs to; without it, public images only.'),
        inputOnly: true,
      },
      extraSecret('HUB_PAT_TOKEN', 'Personal access token of that account.'),
    ],
  },
  {
    ...{ slug: 'npm-sentinel', name: 'NPM Sentinel', category: 'developer-tools', official: false, runtime: 'node' },
    description:
      'Judges npm packages before they are used: versions, dependencies, sizes, known vulnerabilities, download trends and upkeep, side by side.',
    tags: ['npm', 'packages', 'dependencies'],
    repository: 'Nekzus/npm-sentinel-mcp',
    image: 'docker.io/mcp/npm-sentinel:latest',
  },
  {
    ...{ slug: 'maven-tools', name: 'Maven Tools', category: 'developer-tools', official: false, runtime: 'jvm' },
    description:
      'Answers which versions of a Java dependency exist on Maven Central, which of them are stable, how old they are and what an upgrade would skip.',
    tags: ['java', 'maven', 'dependencies'],
    repository: 'arvindand/maven-tools-mcp',
    image: 'docker.io/arvindand/maven-tools-mcp:latest',
  },
  {
    ...{ slug: 'magic', name: '21st.dev Magic', category: 'developer-tools', official: true, runtime: 'node' },
    description:
      'Finds and drafts React interface components from a description, with 21st.dev’s library as its source. Needs a key of that service.',
    tags: ['ui', 'react', 'components'],
    repository: '21st-dev/magic-mcp',
    image: 'ghcr.io/stacklok/dockyard/npx/magic-mcp:0.1.0',
    variables: [secret('API_KEY', 'Key from the 21st.dev console.')],
    ...{ pulls: 128, stars: 3455 },
  },
  {
    ...{ slug: 'e2b', name: 'E2B', category: 'developer-tools', official: true, runtime: 'node' },
    description:
      'Runs code that an agent wrote in a sandbox of the E2B cloud and gives back output, errors and charts. Nothing of it runs on your droplet.',
    tags: ['sandbox', 'code-execution'],
    repository: 'e2b-dev/mcp-server',
    image: 'docker.io/mcp/e2b:latest',
    variables: [secret('E2B_API_KEY', 'Key from the E2B dashboard.')],
  },
  {
    ...{ slug: 'testkube', name: 'Testkube', category: 'developer-tools', official: true, runtime: 'native' },
    description:
      'Runs test workflows in Testkube, follows their executions and reads logs and artifacts to explain failures in a Kubernetes environment.',
    tags: ['testing', 'kubernetes'],
    repository: 'kubeshop/testkube',
    image: 'docker.io/mcp/testkube:latest',
    variables: [
      secret('TK_ACCESS_TOKEN', 'API token.'),
      required('TK_ORG_ID', 'Id of the organisation.'),
      required('TK_ENV_ID', 'Id of the environment.'),
      optional('TK_CONTROL_PLANE_URL', 'Control plane of your own.', 'https://api.testkube.io'),
    ],
  },
  {
    ...{ slug: 'smartbear', name: 'SmartBear', category: 'developer-tools', official: true, runtime: 'node' },
    description:
      'One server for SmartBear’s products: errors in BugSnag, tests in Reflect, API definitions in API Hub, contracts in PactFlow. Each part works with its own token.',
    tags: ['testing', 'api', 'errors'],
    repository: 'SmartBear/smartbear-mcp',
    image: 'docker.io/mcp/smartbear:latest',
    variables: [
      extraSecret('BUGSNAG_AUTH_TOKEN', 'Opens BugSnag.'),
      extraSecret('REFLECT_API_TOKEN', 'Opens Reflect.'),
      extraSecret('API_HUB_API_KEY', 'Opens API Hub.'),
      optional('PACT_BROKER_BASE_URL', 'Address of PactFlow or of a Pact Broker.'),
      extraSecret('PACT_BROKER_TOKEN', 'Opens PactFlow.'),
    ],
  },
  {
    ...{ slug: 'desktop-commander', name: 'Desktop Commander', category: 'developer-tools' },
    ...{ official: true, runtime: 'node' },
    description:
      'Gives an agent a terminal, process control and file editing inside its own container, with a volume as the workspace that stays.',
    tags: ['terminal', 'files', 'code-execution'],
    repository: 'wonderwhy-er/DesktopCommanderMCP',
    image: 'docker.io/mcp/desktop-commander:latest',
    volumes: [{ name: 'workspace', path: '/workspace' }],
    writes: 'It installs and writes where the agent tells it to.',
  },
  {
    ...{ slug: 'effect', name: 'Effect', category: 'developer-tools', official: false, runtime: 'node' },
    description:
      'Searches the documentation of Effect, the TypeScript library, and reads the pages and API entries that match.',
    tags: ['documentation', 'typescript'],
    repository: 'tim-smart/effect-mcp',
    image: 'docker.io/mcp/effect-mcp:latest',
  },
]
