/** Servers of the tools in which people plan, write and talk. Sources: see README.md. */
import { extraSecret, fixed, optional, type PublicServer, required, secret } from './entry.ts'

export const WORK: PublicServer[] = [
  {
    ...{ slug: 'notion', name: 'Notion', category: 'productivity', official: true, runtime: 'node' },
    description:
      'Searches, reads and writes pages, databases and comments in Notion. It sees only what is shared with its integration.',
    tags: ['notes', 'wiki', 'databases'],
    repository: 'makenotion/notion-mcp-server',
    image: 'docker.io/mcp/notion:latest',
    variables: [
      secret('INTERNAL_INTEGRATION_TOKEN', 'Secret of an internal integration.'),
      fixed(
        'OPENAPI_MCP_HEADERS',
        '{"Authorization": "Bearer {INTERNAL_INTEGRATION_TOKEN}", "Notion-Version": "2022-06-28"}',
        { isSecret: true },
      ),
    ],
    ...{ pulls: 25_300, stars: 3036 },
  },
  {
    ...{ slug: 'atlassian', name: 'Atlassian', category: 'productivity', official: false, runtime: 'python' },
    description:
      'Searches, reads and changes Jira issues and Confluence pages, in the cloud or on servers of your own. Give the variables of one product or of both.',
    tags: ['jira', 'confluence', 'issues', 'wiki'],
    repository: 'sooperset/mcp-atlassian',
    image: 'ghcr.io/sooperset/mcp-atlassian:0.11.9',
    variables: [
      optional('JIRA_URL', 'Address of Jira.'),
      optional('JIRA_USERNAME', 'E-mail address, in the cloud.'),
      extraSecret('JIRA_API_TOKEN', 'API token, in the cloud.'),
      extraSecret('JIRA_PERSONAL_TOKEN', 'Personal access token, on a server of your own.'),
      optional('JIRA_PROJECTS_FILTER', 'Projects that it may see, with commas between.'),
      optional('CONFLUENCE_URL', 'Address of Confluence.'),
      optional('CONFLUENCE_USERNAME', 'E-mail address, in the cloud.'),
      extraSecret('CONFLUENCE_API_TOKEN', 'API token, in the cloud.'),
      extraSecret('CONFLUENCE_PERSONAL_TOKEN', 'Personal access token, on a server of your own.'),
      optional('CONFLUENCE_SPACES_FILTER', 'Spaces that it may see, with commas between.'),
      optional('READ_ONLY_MODE', 'Offers only tools that change nothing.', 'false', ['true', 'false']),
    ],
    ...{ pulls: 12_849, stars: 2897 },
  },
  {
    ...{ slug: 'airtable', name: 'Airtable', category: 'productivity', official: false, runtime: 'node' },
    description: 'Lists bases and tables of Airtable, reads and writes records, and changes the fields of a table.',
    tags: ['spreadsheets', 'databases'],
    repository: 'domdomegg/airtable-mcp-server',
    image: 'docker.io/mcp/airtable-mcp-server:latest',
    variables: [secret('AIRTABLE_API_KEY', 'Personal access token with the scopes for what it should do.')],
  },
  {
    ...{ slug: 'dart', name: 'Dart', category: 'productivity', official: true, runtime: 'node' },
    description:
      'Creates and updates tasks and documents in Dart, the project management tool, and reads its boards and spaces.',
    tags: ['tasks', 'projects'],
    repository: 'its-dart/dart-mcp-server',
    image: 'docker.io/mcp/dart:latest',
    variables: [
      secret('DART_TOKEN', 'Authentication token of the profile.'),
      optional('DART_HOST', 'Address of Dart.', 'https://app.itsdart.com'),
    ],
  },
  {
    ...{ slug: 'fibery', name: 'Fibery', category: 'productivity', official: true, runtime: 'python' },
    description:
      'Describes the databases of a Fibery workspace, queries them, and creates and updates entities in plain words.',
    tags: ['projects', 'databases'],
    repository: 'Fibery-inc/fibery-mcp-server',
    image: 'docker.io/mcp/fibery:latest',
    variables: [
      required('FIBERY_HOST', 'Host of the workspace, e.g. your-domain.fibery.io.'),
      secret('FIBERY_API_TOKEN', 'API token.'),
    ],
  },
  {
    ...{ slug: 'teamwork', name: 'Teamwork', category: 'productivity', official: true, runtime: 'native' },
    description: 'Works with projects, task lists, milestones, time logs and people in Teamwork.com.',
    tags: ['projects', 'tasks', 'time-tracking'],
    repository: 'teamwork/mcp',
    image: 'docker.io/mcp/teamwork:latest',
    variables: [secret('TW_MCP_BEARER_TOKEN', 'Bearer token of the account.')],
  },
  {
    ...{ slug: 'time', name: 'Time', category: 'productivity', official: true, runtime: 'python' },
    description:
      'Tells the current time in any time zone and converts times between zones, which language models can’t know by themselves.',
    tags: ['time-zones', 'reference'],
    repository: 'modelcontextprotocol/servers',
    image: 'docker.io/mcp/time:latest',
    ...{ pulls: 10_986, stars: 65_278 },
  },
  {
    ...{ slug: 'n8n', name: 'n8n', category: 'productivity', official: false, runtime: 'node' },
    description:
      'Knows the nodes of n8n with their properties and examples, checks workflows, and builds them in an instance when it is given one.',
    tags: ['automation', 'workflows'],
    repository: 'czlonkowski/n8n-mcp',
    image: 'docker.io/mcp/n8n:latest',
    variables: [
      optional('N8N_API_URL', 'Address of an n8n instance.'),
      extraSecret('N8N_API_KEY', 'API key of that instance.'),
    ],
  },
  {
    ...{ slug: 'task-orchestrator', name: 'Task Orchestrator', category: 'productivity' },
    ...{ official: false, runtime: 'jvm' },
    description:
      'Keeps an agent’s projects, features and tasks with their dependencies in a database on a volume, so that work survives the end of a conversation.',
    tags: ['tasks', 'planning', 'persistent'],
    repository: 'jpicklyk/task-orchestrator',
    image: 'ghcr.io/jpicklyk/task-orchestrator:latest',
    volumes: [{ name: 'data', path: '/app/data' }],
  },
  {
    ...{ slug: 'home-assistant', name: 'Home Assistant', category: 'productivity', official: false, runtime: 'python' },
    description:
      'Reads and controls the entities of a Home Assistant installation, lists automations and helps to find what is wrong. The droplet must be able to reach it.',
    tags: ['smart-home', 'automation'],
    repository: 'voska/hass-mcp',
    image: 'docker.io/voska/hass-mcp:0.1.1',
    variables: [required('HA_URL', 'Address of Home Assistant.'), secret('HA_TOKEN', 'Long-lived access token.')],
    ...{ pulls: 17_082, stars: 162 },
  },
  {
    ...{ slug: 'discord', name: 'Discord', category: 'communication', official: false, runtime: 'node' },
    description:
      'Lets a Discord bot read and send messages, manage channels and forum posts, react and moderate in its servers.',
    tags: ['chat', 'bots'],
    repository: 'slimslenderslacks/mcp-discord',
    image: 'docker.io/mcp/mcp-discord:latest',
    variables: [secret('DISCORD_TOKEN', 'Token of the bot.')],
  },
  {
    ...{ slug: 'line', name: 'LINE', category: 'communication', official: true, runtime: 'node' },
    description:
      'Sends text and flex messages from a LINE Official Account to one person or to all, and manages its rich menus.',
    tags: ['chat', 'messaging'],
    repository: 'line/line-bot-mcp-server',
    image: 'docker.io/mcp/line:latest',
    variables: [
      secret('CHANNEL_ACCESS_TOKEN', 'Channel access token of the account.'),
      optional('DESTINATION_USER_ID', 'Person who gets messages when nobody is named.'),
    ],
  },
  {
    ...{ slug: 'resend', name: 'Resend', category: 'communication', official: false, runtime: 'node' },
    description: 'Sends and schedules e-mails through Resend, as plain text or HTML, from a verified domain.',
    tags: ['email'],
    repository: 'slimslenderslacks/mcp-send-email',
    image: 'docker.io/mcp/resend:latest',
    variables: [
      secret('RESEND_API_KEY', 'API key.'),
      optional('SENDER_EMAIL_ADDRESS', 'Sender, on a verified domain.'),
      optional('REPLY_TO_EMAIL_ADDRESSES', 'Where answers go, with commas between.'),
    ],
  },
  {
    ...{ slug: 'obsidian', name: 'Obsidian', category: 'knowledge', official: false, runtime: 'python' },
    description:
      'Searches, reads and edits the notes of an Obsidian vault through the Local REST API plugin, which the droplet must be able to reach.',
    tags: ['notes', 'markdown'],
    repository: 'docker/mcp-obsidian',
    image: 'docker.io/mcp/obsidian:latest',
    variables: [
      required('OBSIDIAN_HOST', 'Host on which the plugin listens.'),
      secret('OBSIDIAN_API_KEY', 'Key of the plugin.'),
    ],
  },
  {
    ...{ slug: 'onlyoffice-docspace', name: 'ONLYOFFICE DocSpace', category: 'files' },
    ...{ official: true, runtime: 'node' },
    description: 'Manages rooms, folders, files and people of an ONLYOFFICE DocSpace portal.',
    tags: ['documents', 'collaboration'],
    repository: 'ONLYOFFICE/docspace-mcp',
    image: 'docker.io/mcp/onlyoffice-docspace:latest',
    variables: [required('DOCSPACE_BASE_URL', 'Address of the portal.'), secret('DOCSPACE_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'box', name: 'Box', category: 'files', official: true, runtime: 'python' },
    description:
      'Searches and reads files in Box, asks Box AI about them, and manages folders, metadata and document generation.',
    tags: ['documents', 'storage'],
    repository: 'box-community/mcp-server-box',
    image: 'ghcr.io/stacklok/dockyard/uvx/mcp-server-box:0.1.2',
    variables: [required('BOX_CLIENT_ID', 'Client id of the Box app.'), secret('BOX_CLIENT_SECRET', 'Its secret.')],
    ...{ pulls: 52, stars: 47 },
  },
  {
    ...{ slug: 'markitdown', name: 'MarkItDown', category: 'files', official: true, runtime: 'python' },
    description: 'Turns PDF, Office files, images, audio and web pages into Markdown, by address or from a volume.',
    tags: ['documents', 'markdown', 'conversion'],
    repository: 'microsoft/markitdown',
    image: 'docker.io/mcp/markitdown:latest',
    volumes: [{ name: 'documents', path: '/documents' }],
  },
  {
    ...{ slug: 'rust-filesystem', name: 'Rust Filesystem', category: 'files', official: false, runtime: 'native' },
    description:
      'Reads, searches, edits and zips files on a volume with a small, quick server. Writing is off until it is allowed.',
    tags: ['files', 'persistent'],
    repository: 'rust-mcp-stack/rust-mcp-filesystem',
    image: 'docker.io/mcp/rust-mcp-filesystem:latest',
    arguments: ['/data'],
    variables: [
      optional('ALLOW_WRITE', 'Offers tools that change files.', 'false', ['true', 'false']),
      fixed('ENABLE_ROOTS', 'false'),
    ],
    volumes: [{ name: 'data', path: '/data' }],
  },
]
