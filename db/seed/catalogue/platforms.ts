/** Servers of vector stores, caches, streams, catalogues and analytics. Sources: see README.md. */
import { extraSecret, optional, type PublicServer, required, secret } from './entry.ts'

export const PLATFORMS: PublicServer[] = [
  {
    ...{ slug: 'chroma', name: 'Chroma', category: 'data', official: true, runtime: 'python' },
    description:
      'Keeps documents in Chroma collections and finds them by meaning, text or metadata. Without a key it works in memory and forgets when it stops.',
    tags: ['vectors', 'embeddings', 'retrieval'],
    repository: 'chroma-core/chroma-mcp',
    image: 'docker.io/mcp/chroma:latest',
    variables: [extraSecret('CHROMA_API_KEY', 'Key of Chroma Cloud.')],
    stars: 308,
  },
  {
    ...{ slug: 'pinecone-assistant', name: 'Pinecone Assistant', category: 'knowledge' },
    ...{ official: true, runtime: 'native' },
    description: 'Fetches the passages of a Pinecone Assistant’s files that answer a question, for an agent to cite.',
    tags: ['vectors', 'retrieval'],
    repository: 'pinecone-io/assistant-mcp',
    image: 'docker.io/mcp/pinecone:latest',
    variables: [
      secret('PINECONE_API_KEY', 'API key.'),
      required('PINECONE_ASSISTANT_HOST', 'Host of the assistant, as its console shows it.'),
    ],
  },
  {
    ...{ slug: 'valkey', name: 'Valkey', category: 'data', official: true, runtime: 'python' },
    description:
      'Reads and writes every data type of a Valkey server, such as Amazon ElastiCache or MemoryDB. The droplet must be able to reach it.',
    tags: ['valkey', 'cache', 'aws'],
    repository: 'awslabs/mcp',
    image: 'docker.io/mcp/valkey-mcp-server:latest',
    variables: [required('VALKEY_HOST', 'Host of the server.'), optional('VALKEY_PORT', 'Port of the server.', '6379')],
    stars: 5950,
  },
  {
    ...{ slug: 'memcached', name: 'Memcached', category: 'data', official: true, runtime: 'python' },
    description:
      'Gets, sets, counts and removes entries of a Memcached server, such as Amazon ElastiCache. The droplet must be able to reach it.',
    tags: ['memcached', 'cache', 'aws'],
    repository: 'awslabs/mcp',
    image: 'docker.io/mcp/memcached-mcp-server:latest',
    variables: [
      required('MEMCACHED_HOST', 'Host of the server.'),
      optional('MEMCACHED_PORT', 'Port of the server.', '11211'),
    ],
    stars: 5950,
  },
  {
    ...{ slug: 'kafka-schema-registry', name: 'Kafka Schema Registry', category: 'data' },
    ...{ official: false, runtime: 'python' },
    description:
      'Browses subjects and versions of a Confluent-compatible schema registry, checks compatibility, and moves schemas between contexts.',
    tags: ['kafka', 'schemas', 'streaming'],
    repository: 'aywengo/kafka-schema-reg-mcp',
    image: 'docker.io/aywengo/kafka-schema-reg-mcp:stable',
    variables: [
      required('SCHEMA_REGISTRY_URL', 'Address of the registry.'),
      extraSecret('SCHEMA_REGISTRY_USER', 'User.'),
      extraSecret('SCHEMA_REGISTRY_PASSWORD', 'Password.'),
      optional('SLIM_MODE', 'Offers fewer tools.', 'true', ['true', 'false']),
      optional('VIEWONLY', 'Refuses every change.', 'false', ['true', 'false']),
    ],
  },
  {
    ...{ slug: 'analyticdb-mysql', name: 'AnalyticDB for MySQL', category: 'data', official: true, runtime: 'python' },
    description: 'Runs SQL and explains query plans on Alibaba Cloud’s AnalyticDB for MySQL.',
    tags: ['mysql', 'analytics', 'alibaba-cloud'],
    repository: 'aliyun/alibabacloud-adb-mysql-mcp-server',
    image: 'ghcr.io/stacklok/dockyard/uvx/adb-mysql-mcp-server:1.0.0',
    variables: [
      required('ADB_MYSQL_HOST', 'Host of the cluster.'),
      required('ADB_MYSQL_PORT', 'Port of the cluster.'),
      required('ADB_MYSQL_USER', 'User.'),
      secret('ADB_MYSQL_PASSWORD', 'Password.'),
      required('ADB_MYSQL_DATABASE', 'Database.'),
    ],
    stars: 15,
  },
  {
    ...{ slug: 'keboola', name: 'Keboola', category: 'data', official: true, runtime: 'python' },
    description:
      'Works in a Keboola project: tables and buckets, SQL transformations, components, jobs and their results.',
    tags: ['etl', 'pipelines', 'sql'],
    repository: 'keboola/mcp-server',
    image: 'docker.io/mcp/keboola-mcp:latest',
    variables: [
      secret('KBC_STORAGE_TOKEN', 'Storage API token of the project.'),
      required('KBC_WORKSPACE_SCHEMA', 'Schema of the workspace that queries run in.'),
    ],
  },
  {
    ...{ slug: 'atlan', name: 'Atlan', category: 'data', official: true, runtime: 'python' },
    description:
      'Searches the assets of an Atlan data catalogue, follows lineage up and down, and updates descriptions and certificates.',
    tags: ['data-catalogue', 'lineage', 'governance'],
    repository: 'atlanhq/agent-toolkit',
    image: 'docker.io/mcp/atlan:latest',
    variables: [secret('ATLAN_API_KEY', 'API token.'), required('ATLAN_BASE_URL', 'Address of the Atlan instance.')],
  },
  {
    ...{ slug: 'metabase', name: 'Metabase', category: 'data', official: false, runtime: 'node' },
    description:
      'Reads dashboards, questions and databases of a Metabase instance, runs their queries and creates new ones.',
    tags: ['dashboards', 'analytics', 'sql'],
    repository: 'easecloudio/mcp-metabase-server',
    image: 'docker.io/mcp/metabase:latest',
    variables: [
      required('METABASE_URL', 'Address of the instance.'),
      extraSecret('METABASE_API_KEY', 'API key; or give user and password.'),
      optional('METABASE_USERNAME', 'User, without an API key.'),
      extraSecret('METABASE_PASSWORD', 'Password, without an API key.'),
    ],
  },
  {
    ...{ slug: 'cdata-connect', name: 'CData Connect Cloud', category: 'data', official: true, runtime: 'node' },
    description:
      'Queries hundreds of business systems as SQL tables through CData Connect Cloud: catalogs, schemas, rows and stored procedures.',
    tags: ['sql', 'connectors'],
    repository: 'CDataSoftware/connectcloud-mcp-server',
    image: 'docker.io/mcp/cdata-connectcloud:latest',
    variables: [
      required('CDATA_USERNAME', 'E-mail address of the account.'),
      secret('CDATA_PAT', 'Personal access token.'),
    ],
  },
  {
    ...{ slug: 'nasdaq-data-link', name: 'Nasdaq Data Link', category: 'finance', official: false, runtime: 'python' },
    description:
      'Finds and reads data sets of Nasdaq Data Link, from World Bank indicators to trading activity of retail investors.',
    tags: ['markets', 'economics', 'datasets'],
    repository: 'stefanoamorelli/nasdaq-data-link-mcp',
    image: 'docker.io/mcp/nasdaq-data-link:latest',
    variables: [secret('NASDAQ_DATA_LINK_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'vizro', name: 'Vizro', category: 'data', official: true, runtime: 'python' },
    description:
      'Guides an agent through building Vizro dashboards and charts: loads sample data, checks configurations and returns runnable code.',
    tags: ['charts', 'dashboards', 'python'],
    repository: 'mckinsey/vizro',
    image: 'docker.io/mcp/vizro:latest',
  },
  {
    ...{ slug: 'thingsboard', name: 'ThingsBoard', category: 'data', official: true, runtime: 'jvm' },
    description: 'Reads and manages devices, assets, telemetry, alarms and relations of a ThingsBoard IoT platform.',
    tags: ['iot', 'telemetry'],
    repository: 'thingsboard/thingsboard-mcp',
    image: 'docker.io/mcp/thingsboard:latest',
    variables: [
      required('THINGSBOARD_URL', 'Address of the platform.'),
      required('THINGSBOARD_USERNAME', 'User.'),
      secret('THINGSBOARD_PASSWORD', 'Password.'),
    ],
  },
]
