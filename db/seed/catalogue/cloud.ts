/** Servers of clouds and of what is operated in them. Sources: see README.md. */
import { optional, type PublicServer, required, secret } from './entry.ts'

/** How boto3 signs in; the keys' policy bounds what a server may do. */
const aws = [
  secret('AWS_ACCESS_KEY_ID', 'Access key of an IAM user or role.'),
  secret('AWS_SECRET_ACCESS_KEY', 'Its secret.'),
  { ...optional('AWS_SESSION_TOKEN', 'Only with temporary credentials.'), isSecret: true },
  optional('AWS_REGION', 'Region that is meant when none is named.', 'us-east-1'),
]
const awslabs = { repository: 'awslabs/mcp', official: true, runtime: 'python' } as const

export const CLOUD: PublicServer[] = [
  {
    ...{ slug: 'aws-api', name: 'AWS API', category: 'cloud', ...awslabs },
    description:
      'Runs AWS CLI commands: any service, any region, as far as the policy of its keys goes. Also suggests the command for a plain request.',
    tags: ['aws', 'cli'],
    image: 'docker.io/mcp/aws-api-mcp-server:latest',
    variables: aws,
  },
  {
    ...{ slug: 'aws-documentation', name: 'AWS Documentation', category: 'cloud', ...awslabs },
    description:
      'Searches the documentation of AWS, turns its pages into Markdown and recommends what to read next. Needs no account.',
    tags: ['aws', 'documentation'],
    image: 'docker.io/mcp/aws-documentation:latest',
    stars: 6051,
  },
  {
    ...{ slug: 'aws-pricing', name: 'AWS Pricing', category: 'cloud', ...awslabs },
    description:
      'Reads the price lists of AWS, compares regions and services, and estimates what a CDK or Terraform project would cost a month.',
    tags: ['aws', 'costs'],
    image: 'public.ecr.aws/f3y8w4n0/awslabs/aws-pricing-mcp-server:1.0.12',
    variables: aws,
    ...{ pulls: 8179, stars: 5950 },
  },
  {
    ...{ slug: 'aws-cost-explorer', name: 'AWS Cost Explorer', category: 'cloud', ...awslabs },
    description:
      'Breaks down what an AWS account spent by service, tag and time, compares months and forecasts the next ones. Each call to Cost Explorer is billed by AWS.',
    tags: ['aws', 'costs'],
    image: 'docker.io/mcp/cost-explorer-mcp-server:latest',
    variables: aws,
  },
  {
    ...{ slug: 'aws-cloudformation', name: 'AWS CloudFormation', category: 'cloud', ...awslabs },
    description:
      'Creates, reads, updates and deletes AWS resources through the Cloud Control API, and makes templates of what exists.',
    tags: ['aws', 'infrastructure-as-code'],
    image: 'docker.io/mcp/cfn-mcp-server:latest',
    variables: aws,
  },
  {
    ...{ slug: 'aws-iam', name: 'AWS IAM', category: 'security', ...awslabs },
    description:
      'Manages users, groups, roles and policies of AWS IAM and simulates whether a policy would allow an action.',
    tags: ['aws', 'identity', 'permissions'],
    image: 'docker.io/mcp/iam-mcp-server:latest',
    variables: aws,
  },
  {
    ...{ slug: 'aws-cdk', name: 'AWS CDK', category: 'cloud', ...awslabs },
    description:
      'Advises on the AWS Cloud Development Kit: prescriptive patterns, constructs of AWS Solutions, explanations of CDK Nag rules.',
    tags: ['aws', 'infrastructure-as-code', 'documentation'],
    image: 'docker.io/mcp/aws-cdk-mcp-server:latest',
    stars: 5950,
  },
  {
    ...{ slug: 'aws-terraform', name: 'AWS Terraform', category: 'cloud', ...awslabs },
    description:
      'Helps to write Terraform for AWS: searches the AWS and AWSCC providers, explains modules, and checks configurations with Checkov.',
    tags: ['aws', 'terraform', 'infrastructure-as-code'],
    image: 'docker.io/mcp/aws-terraform:latest',
    stars: 5950,
  },
  {
    ...{ slug: 'aws-diagram', name: 'AWS Diagram', category: 'developer-tools', ...awslabs },
    description:
      'Draws architecture, sequence and flow diagrams from Python code with the diagrams library, with the icons of AWS, onto a volume.',
    tags: ['aws', 'diagrams', 'architecture'],
    image: 'docker.io/mcp/aws-diagram:latest',
    volumes: [{ name: 'diagrams', path: '/tmp/generated-diagrams' }],
    stars: 6006,
  },
  {
    ...{ slug: 'aws-appsync', name: 'AWS AppSync', category: 'cloud', ...awslabs },
    description:
      'Builds GraphQL APIs on AWS AppSync: APIs, keys, data sources, resolvers, functions, domains and caches.',
    tags: ['aws', 'graphql', 'api'],
    image: 'docker.io/mcp/aws-appsync-mcp-server:latest',
    variables: aws,
  },
  {
    ...{ slug: 'aws-msk', name: 'Amazon MSK', category: 'data', ...awslabs },
    description:
      'Operates Amazon Managed Streaming for Apache Kafka: clusters, configurations, VPC connections, and metrics with advice.',
    tags: ['aws', 'kafka', 'streaming'],
    image: 'docker.io/mcp/aws-msk-mcp-server:latest',
    variables: aws,
  },
  {
    ...{ slug: 'aws-s3-tables', name: 'AWS S3 Tables', category: 'data', ...awslabs },
    description:
      'Creates and queries Iceberg tables in Amazon S3 Tables: buckets, namespaces, tables, and SQL over what they hold.',
    tags: ['aws', 'iceberg', 'sql'],
    image: 'docker.io/mcp/s3-tables-mcp-server:latest',
    variables: aws,
  },
  {
    ...{ slug: 'aws-location', name: 'Amazon Location', category: 'maps', ...awslabs },
    description: 'Finds places, addresses and opening hours, and calculates routes with Amazon Location Service.',
    tags: ['aws', 'places', 'routes'],
    image: 'docker.io/mcp/aws-location-mcp-server:latest',
    variables: aws,
  },
  {
    ...{ slug: 'azure', name: 'Azure', category: 'cloud', official: true, runtime: 'dotnet' },
    description:
      'Works with Azure through its own SDKs: storage, Cosmos DB, Key Vault, Monitor, AKS, SQL and more. Signs in as a service principal, whose roles bound it.',
    tags: ['azure', 'microsoft'],
    repository: 'Azure/azure-mcp',
    image: 'mcr.microsoft.com/azure-sdk/azure-mcp:0.5.10',
    variables: [
      required('AZURE_TENANT_ID', 'Directory of the service principal.'),
      required('AZURE_CLIENT_ID', 'Id of the service principal.'),
      secret('AZURE_CLIENT_SECRET', 'Its secret.'),
    ],
    ...{ pulls: 1809, stars: 1107 },
  },
  {
    ...{ slug: 'heroku', name: 'Heroku', category: 'cloud', official: true, runtime: 'node' },
    description:
      'Manages Heroku apps, dynos, add-ons, pipelines, teams and Postgres databases with the Heroku command line behind it.',
    tags: ['hosting', 'apps'],
    repository: 'heroku/heroku-mcp-server',
    image: 'ghcr.io/stacklok/dockyard/npx/heroku-mcp-server:1.0.7',
    variables: [
      secret('HEROKU_API_KEY', 'Authorization token of the account.'),
      optional('MCP_SERVER_REQUEST_TIMEOUT', 'Milliseconds that a command may take.', '15000'),
    ],
    ...{ pulls: 104, stars: 62 },
  },
  {
    ...{ slug: 'render', name: 'Render', category: 'cloud', official: true, runtime: 'native' },
    description:
      'Creates and watches services, databases and deploys on Render, reads their logs and metrics, and queries Render Postgres without changing it.',
    tags: ['hosting', 'deploys'],
    repository: 'render-oss/render-mcp-server',
    image: 'docker.io/mcp/render:latest',
    variables: [secret('RENDER_API_KEY', 'Key from the account settings of Render.')],
  },
  {
    ...{ slug: 'hostinger', name: 'Hostinger', category: 'cloud', official: true, runtime: 'node' },
    description:
      'Manages domains, DNS zones, virtual servers and subscriptions of a Hostinger account through the Hostinger API.',
    tags: ['hosting', 'domains', 'dns'],
    repository: 'hostinger/api-mcp-server',
    image: 'docker.io/mcp/api-mcp-server:latest',
    variables: [secret('APITOKEN', 'API token from the account page of Hostinger.')],
  },
  {
    ...{ slug: 'terraform', name: 'Terraform', category: 'cloud', official: true, runtime: 'native' },
    description:
      'Looks up providers, modules and policies in the public Terraform Registry, so that generated configurations use arguments that exist.',
    tags: ['infrastructure-as-code', 'hashicorp'],
    repository: 'hashicorp/terraform-mcp-server',
    image: 'docker.io/hashicorp/terraform-mcp-server:0.2.3',
    ...{ pulls: 9600, stars: 862 },
  },
  {
    ...{ slug: 'pulumi', name: 'Pulumi', category: 'cloud', official: true, runtime: 'node' },
    description:
      'Reads the Pulumi Registry, previews and runs updates of a stack, and searches the resources that Pulumi Cloud knows of an organisation.',
    tags: ['infrastructure-as-code'],
    repository: 'pulumi/mcp-server',
    image: 'docker.io/mcp/pulumi:latest',
    arguments: ['stdio'],
    variables: [secret('PULUMI_ACCESS_TOKEN', 'Access token of Pulumi Cloud.')],
    writes: 'Pulumi keeps its plug-ins and workspaces in the home folder.',
  },
  {
    ...{ slug: 'kong-konnect', name: 'Kong Konnect', category: 'cloud', official: true, runtime: 'node' },
    description:
      'Analyses API traffic and inspects control planes, services, routes, consumers and plugins in Kong Konnect.',
    tags: ['api-gateway', 'analytics'],
    repository: 'Kong/mcp-konnect',
    image: 'docker.io/mcp/kong:latest',
    variables: [
      secret('KONNECT_ACCESS_TOKEN', 'Personal or system account token.'),
      optional('KONNECT_REGION', 'Region of the organisation.', 'us', ['us', 'eu', 'au', 'me', 'in']),
    ],
  },
  {
    ...{ slug: 'netbird', name: 'NetBird', category: 'cloud', official: false, runtime: 'native' },
    description:
      'Inspects a NetBird network: peers, groups, policies, posture checks, networks and name servers. It only reads.',
    tags: ['vpn', 'networking'],
    repository: 'aantti/mcp-netbird',
    image: 'docker.io/aantti/mcp-netbird:latest',
    transport: { type: 'sse', port: 8001, path: '/sse' },
    arguments: ['--transport', 'sse', '--sse-address', ':8001'],
    variables: [
      secret('NETBIRD_API_TOKEN', 'Token of the NetBird management API.'),
      optional('NETBIRD_HOST', 'Host of the management API, when it is your own.'),
    ],
    ...{ pulls: 10_904, stars: 38 },
  },
  {
    ...{ slug: 'tigris', name: 'Tigris', category: 'files', official: true, runtime: 'node' },
    description: 'Creates buckets and reads, writes, moves and shares objects in Tigris, the S3-compatible storage.',
    tags: ['object-storage', 's3'],
    repository: 'tigrisdata/tigris-mcp-server',
    image: 'docker.io/mcp/tigris:latest',
    variables: [
      secret('AWS_ACCESS_KEY_ID', 'Access key of Tigris.'),
      secret('AWS_SECRET_ACCESS_KEY', 'Its secret.'),
      optional('AWS_ENDPOINT_URL_S3', 'Endpoint of Tigris.', 'https://t3.storage.dev'),
    ],
  },
]
