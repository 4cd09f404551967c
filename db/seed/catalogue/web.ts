/** Servers that search the web, read it and act in it. Sources: see README.md. */
import { fixed, optional, type PublicServer, required, secret } from './entry.ts'

export const WEB: PublicServer[] = [
  {
    ...{ slug: 'playwright', name: 'Playwright', category: 'web', official: true, runtime: 'browser' },
    description:
      'Drives a headless browser: opens pages, clicks, types, fills forms and takes snapshots of the accessibility tree in place of pictures. Any page that the droplet reaches can be opened.',
    tags: ['browser', 'automation', 'testing'],
    repository: 'microsoft/playwright-mcp',
    image: 'mcr.microsoft.com/playwright/mcp:v0.0.35',
    transport: { type: 'streamable-http', port: 8931, path: '/mcp' },
    arguments: ['--port', '8931', '--host', '0.0.0.0'],
    writes: 'The browser writes profiles and caches beside its program.',
    ...{ pulls: 23_622, stars: 17_741 },
  },
  {
    ...{ slug: 'fetch', name: 'Fetch', category: 'web', official: true, runtime: 'python' },
    description:
      'Fetches one web page and gives it back as Markdown, in parts when it is long. The smallest way to let an agent read the web.',
    tags: ['http', 'markdown', 'reference'],
    repository: 'modelcontextprotocol/servers',
    image: 'docker.io/mcp/fetch:latest',
    stars: 65_278,
  },
  {
    ...{ slug: 'firecrawl', name: 'Firecrawl', category: 'web', official: true, runtime: 'node' },
    description:
      'Scrapes, crawls and maps web sites, searches the web and extracts structured data through Firecrawl’s service or an instance of your own.',
    tags: ['scraping', 'crawling', 'extraction'],
    repository: 'mendableai/firecrawl-mcp-server',
    image: 'docker.io/mcp/firecrawl:latest',
    variables: [
      secret('FIRECRAWL_API_KEY', 'API key.'),
      optional('FIRECRAWL_API_URL', 'API of an instance of your own.'),
      optional('FIRECRAWL_RETRY_MAX_ATTEMPTS', 'How often a refused request is repeated.'),
    ],
    ...{ pulls: 12_644, stars: 4264 },
  },
  {
    ...{ slug: 'brave-search', name: 'Brave Search', category: 'search', official: true, runtime: 'node' },
    description:
      'Searches the web, news, images, videos and local places in Brave’s own index, and summarises results.',
    tags: ['web-search', 'news'],
    repository: 'brave/brave-search-mcp-server',
    image: 'docker.io/mcp/brave-search:latest',
    variables: [secret('BRAVE_API_KEY', 'Key of the Brave Search API.'), fixed('BRAVE_MCP_TRANSPORT', 'stdio')],
  },
  {
    ...{ slug: 'tavily', name: 'Tavily', category: 'search', official: true, runtime: 'node' },
    description:
      'Searches the web for agents, extracts the text of pages, and maps or crawls a site. Results come with relevance scores.',
    tags: ['web-search', 'extraction'],
    repository: 'tavily-ai/tavily-mcp',
    image: 'docker.io/mcp/tavily:latest',
    variables: [secret('TAVILY_API_KEY', 'API key.')],
    ...{ pulls: 80, stars: 718 },
  },
  {
    ...{ slug: 'exa', name: 'Exa', category: 'search', official: true, runtime: 'node' },
    description:
      'Finds pages by meaning in Exa’s index, with tools of their own for companies, papers and code, and reads what it found.',
    tags: ['web-search', 'semantic-search', 'research'],
    repository: 'exa-labs/exa-mcp-server',
    image: 'docker.io/mcp/exa:latest',
    variables: [secret('EXA_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'perplexity', name: 'Perplexity', category: 'search', official: true, runtime: 'node' },
    description:
      'Asks Perplexity’s Sonar models a question and gets an answer from the current web with its sources, short or as thorough research.',
    tags: ['web-search', 'research', 'answers'],
    repository: 'ppl-ai/modelcontextprotocol',
    image: 'docker.io/mcp/perplexity-ask:latest',
    variables: [secret('PERPLEXITY_API_KEY', 'API key.')],
    ...{ pulls: 15_188, stars: 1519 },
  },
  {
    ...{ slug: 'kagi', name: 'Kagi', category: 'search', official: true, runtime: 'python' },
    description: 'Searches with Kagi, without advertising in the results, and summarises pages, videos and documents.',
    tags: ['web-search', 'summaries'],
    repository: 'kagisearch/kagimcp',
    image: 'docker.io/mcp/kagisearch:latest',
    variables: [
      secret('KAGI_API_KEY', 'Key of the Kagi API.'),
      optional('KAGI_SUMMARIZER_ENGINE', 'Engine of the summariser.', 'cecil', ['cecil', 'agnes', 'daphne', 'muriel']),
    ],
  },
  {
    ...{ slug: 'duckduckgo', name: 'DuckDuckGo', category: 'search', official: false, runtime: 'python' },
    description:
      'Searches the web with DuckDuckGo and fetches the text of a result, at a pace that the site accepts. Needs no key.',
    tags: ['web-search', 'privacy'],
    repository: 'nickclyde/duckduckgo-mcp-server',
    image: 'docker.io/mcp/duckduckgo:latest',
  },
  {
    ...{ slug: 'apify', name: 'Apify', category: 'web', official: true, runtime: 'node' },
    description:
      'Runs Actors of the Apify store, ready-made scrapers and automations for many sites, and reads what they collected.',
    tags: ['scraping', 'automation'],
    repository: 'apify/actors-mcp-server',
    image: 'docker.io/mcp/apify-mcp-server:latest',
    variables: [
      secret('APIFY_TOKEN', 'API token.'),
      optional('TOOLS', 'Tools and Actors to offer, with commas between.', 'actors,docs,apify/rag-web-browser'),
    ],
  },
  {
    ...{ slug: 'browserbase', name: 'Browserbase', category: 'web', official: true, runtime: 'node' },
    description:
      'Drives browsers in the Browserbase cloud with Stagehand: go, act, extract, observe, take screenshots. The browser does not run on your droplet.',
    tags: ['browser', 'automation'],
    repository: 'browserbase/mcp-server-browserbase',
    image: 'docker.io/mcp/browserbase:latest',
    variables: [
      secret('BROWSERBASE_API_KEY', 'API key.'),
      required('BROWSERBASE_PROJECT_ID', 'Id of the project.'),
      secret('GEMINI_API_KEY', 'Key of the model that Stagehand thinks with.'),
    ],
    ...{ pulls: 133, stars: 2514 },
  },
  {
    ...{ slug: 'hyperbrowser', name: 'Hyperbrowser', category: 'web', official: true, runtime: 'node' },
    description: 'Scrapes pages, extracts structured data and lets browser agents work in the Hyperbrowser cloud.',
    tags: ['browser', 'scraping'],
    repository: 'hyperbrowserai/mcp',
    image: 'docker.io/mcp/hyperbrowser:latest',
    variables: [secret('HYPERBROWSER_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'bright-data', name: 'Bright Data', category: 'web', official: true, runtime: 'node' },
    description:
      'Searches and scrapes sites that block ordinary requests through Bright Data’s network, with structured data for shops and social networks.',
    tags: ['scraping', 'web-search', 'proxies'],
    repository: 'brightdata/brightdata-mcp',
    image: 'ghcr.io/stacklok/dockyard/npx/brightdata-mcp:2.4.2',
    variables: [
      secret('API_TOKEN', 'API token.'),
      optional('PRO_MODE', 'Offers all tools, which cost more.', 'false', ['true', 'false']),
      optional('RATE_LIMIT', 'Requests allowed, e.g. 100/1h.'),
      optional('WEB_UNLOCKER_ZONE', 'Zone of the Web Unlocker.', 'mcp_unlocker'),
      optional('BROWSER_ZONE', 'Zone of the Browser API.', 'mcp_browser'),
    ],
    ...{ pulls: 65, stars: 1153 },
  },
  {
    ...{ slug: 'oxylabs', name: 'Oxylabs', category: 'web', official: true, runtime: 'python' },
    description:
      'Fetches pages, search results and Amazon products through Oxylabs’ scraper API and turns them into Markdown.',
    tags: ['scraping', 'proxies'],
    repository: 'oxylabs/oxylabs-mcp',
    image: 'docker.io/mcp/oxylabs:latest',
    variables: [required('OXYLABS_USERNAME', 'User of the API.'), secret('OXYLABS_PASSWORD', 'Its password.')],
  },
  {
    ...{ slug: 'scrapegraph', name: 'ScrapeGraph', category: 'web', official: true, runtime: 'python' },
    description:
      'Extracts what a prompt asks for from web pages with ScrapeGraphAI’s service, or turns them into Markdown.',
    tags: ['scraping', 'extraction'],
    repository: 'ScrapeGraphAI/scrapegraph-mcp',
    image: 'docker.io/mcp/scrapegraph:latest',
    variables: [secret('SGAI_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'agentql', name: 'AgentQL', category: 'web', official: true, runtime: 'node' },
    description:
      'Extracts data from a page by describing the fields that are wanted, with AgentQL’s service behind it.',
    tags: ['extraction', 'scraping'],
    repository: 'tinyfish-io/agentql-mcp',
    image: 'ghcr.io/stacklok/dockyard/npx/agentql-mcp:1.0.0',
    variables: [secret('AGENTQL_API_KEY', 'API key.')],
    stars: 104,
  },
  {
    ...{ slug: 'supadata', name: 'Supadata', category: 'media', official: true, runtime: 'node' },
    description:
      'Gets transcripts of videos on YouTube, TikTok, Instagram and X, and the text of web pages, from Supadata’s service.',
    tags: ['transcripts', 'video', 'scraping'],
    repository: 'supadata-ai/mcp',
    image: 'ghcr.io/supadata-ai/mcp:latest',
    variables: [secret('SUPADATA_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'dappier', name: 'Dappier', category: 'search', official: true, runtime: 'python' },
    description:
      'Searches the web in real time and publishers’ licensed content on news, sports, markets and lifestyle.',
    tags: ['web-search', 'news'],
    repository: 'dappierai/dappier-mcp',
    image: 'docker.io/mcp/dappier:latest',
    variables: [secret('DAPPIER_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'airbnb', name: 'Airbnb Search', category: 'web', official: false, runtime: 'node' },
    description:
      'Searches Airbnb for stays by place, dates, guests and price and reads the details of a listing, as far as the site’s robots.txt allows. Needs no key.',
    tags: ['travel', 'stays'],
    repository: 'openbnb-org/mcp-server-airbnb',
    image: 'docker.io/mcp/openbnb-airbnb:latest',
  },
]
