/** Servers of money, places, media, models and what is known. Sources: see README.md. */
import { extraSecret, optional, type PublicServer, required, secret } from './entry.ts'

export const WORLD: PublicServer[] = [
  {
    ...{ slug: 'stripe', name: 'Stripe', category: 'finance', official: true, runtime: 'node' },
    description:
      'Works with customers, products, prices, invoices, payment links, refunds and subscriptions in Stripe. A restricted key keeps it to what it needs.',
    tags: ['payments', 'invoices', 'subscriptions'],
    repository: 'stripe/agent-toolkit',
    image: 'docker.io/mcp/stripe:latest',
    arguments: ['--tools=all'],
    variables: [secret('STRIPE_SECRET_KEY', 'Secret or restricted key.')],
    stars: 939,
  },
  {
    ...{ slug: 'razorpay', name: 'Razorpay', category: 'finance', official: true, runtime: 'native' },
    description:
      'Creates payment links, orders and refunds, and looks up payments, settlements and payouts in Razorpay.',
    tags: ['payments', 'india'],
    repository: 'razorpay/razorpay-mcp-server',
    image: 'docker.io/mcp/razorpay:latest',
    variables: [required('RAZORPAY_KEY_ID', 'Key id.'), secret('RAZORPAY_KEY_SECRET', 'Its secret.')],
  },
  {
    ...{ slug: 'quantconnect', name: 'QuantConnect', category: 'finance', official: true, runtime: 'python' },
    description:
      'Writes, backtests and optimises trading strategies on QuantConnect and manages live algorithms there.',
    tags: ['trading', 'backtests'],
    repository: 'QuantConnect/mcp-server',
    image: 'docker.io/mcp/quantconnect:latest',
    variables: [
      required('QUANTCONNECT_USER_ID', 'User id.'),
      secret('QUANTCONNECT_API_TOKEN', 'API token.'),
      optional('AGENT_NAME', 'Name that the agent shows there.', 'MCP Server'),
    ],
  },
  {
    ...{ slug: 'hummingbot', name: 'Hummingbot', category: 'finance', official: true, runtime: 'python' },
    description: 'Watches portfolios, places orders and runs trading bots through a Hummingbot API server of your own.',
    tags: ['trading', 'crypto'],
    repository: 'hummingbot/mcp',
    image: 'docker.io/hummingbot/hummingbot-mcp:latest',
    variables: [
      required('HUMMINGBOT_API_URL', 'Address of the API server.'),
      required('HUMMINGBOT_API_USERNAME', 'User.'),
      secret('HUMMINGBOT_API_PASSWORD', 'Password.'),
    ],
  },
  {
    ...{ slug: 'bitrefill', name: 'Bitrefill', category: 'finance', official: true, runtime: 'node' },
    description:
      'Finds gift cards and mobile top-ups on Bitrefill and buys them with cryptocurrency or the account’s balance.',
    tags: ['gift-cards', 'crypto', 'shopping'],
    repository: 'bitrefill/bitrefill-mcp-server',
    image: 'docker.io/mcp/bitrefill:latest',
    variables: [
      optional('BITREFILL_API_ID', 'Id of the API key.'),
      extraSecret('BITREFILL_API_SECRET', 'Its secret; without it, looking only.'),
    ],
  },
  {
    ...{ slug: 'onchain', name: 'Bankless Onchain', category: 'finance', official: true, runtime: 'node' },
    description: 'Reads contracts, events, transactions and token balances of blockchains through the Bankless API.',
    tags: ['blockchain', 'ethereum'],
    repository: 'Bankless/onchain-mcp',
    image: 'ghcr.io/stacklok/dockyard/npx/onchain-mcp:1.0.6',
    variables: [secret('BANKLESS_API_TOKEN', 'API token.')],
    stars: 62,
  },
  {
    ...{ slug: 'triple-whale', name: 'Triple Whale', category: 'business', official: true, runtime: 'node' },
    description: 'Answers questions about a shop’s sales, advertising and customers from its data in Triple Whale.',
    tags: ['e-commerce', 'marketing', 'analytics'],
    repository: 'Triple-Whale/mcp-server-triplewhale',
    image: 'docker.io/mcp/triplewhale:latest',
    variables: [secret('TRIPLEWHALE_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'explorium', name: 'Explorium', category: 'business', official: true, runtime: 'python' },
    description:
      'Finds companies and business contacts and enriches them with figures, technologies and events from Explorium.',
    tags: ['companies', 'sales', 'enrichment'],
    repository: 'explorium-ai/mcp-explorium',
    image: 'docker.io/mcp/explorium:latest',
    variables: [secret('API_ACCESS_TOKEN', 'Access token.')],
  },
  {
    ...{ slug: 'pica', name: 'Pica', category: 'business', official: true, runtime: 'node' },
    description:
      'Reaches the apps that are connected in Pica, such as Gmail, Slack or HubSpot, and calls their actions.',
    tags: ['integrations', 'automation'],
    repository: 'picahq/mcp',
    image: 'docker.io/mcp/pica-mcp-server:latest',
    variables: [
      secret('PICA_SECRET', 'Secret key of Pica.'),
      optional('PICA_BASE_URL', 'API of Pica.', 'https://api.picaos.com'),
    ],
  },
  {
    ...{ slug: 'mapbox', name: 'Mapbox', category: 'maps', official: true, runtime: 'node' },
    description:
      'Finds places and addresses, calculates routes with traffic, travel-time areas and matrices, and draws static maps with Mapbox.',
    tags: ['geocoding', 'routes', 'places'],
    repository: 'mapbox/mcp-server',
    image: 'docker.io/mcp/mapbox:latest',
    variables: [secret('MAPBOX_ACCESS_TOKEN', 'Access token.')],
  },
  {
    ...{ slug: 'google-maps', name: 'Google Maps', category: 'maps', official: false, runtime: 'node' },
    description:
      'Searches places, reads their details and reviews, geocodes addresses, and calculates distances, routes and elevations with the Google Maps Platform.',
    tags: ['geocoding', 'routes', 'places'],
    repository: 'vicpeacock/google-maps-comprehensive-mcp',
    image: 'docker.io/mcp/google-maps-comprehensive:latest',
    variables: [secret('GOOGLE_MAPS_API_KEY', 'API key with the Maps services switched on.')],
  },
  {
    ...{ slug: 'openweather', name: 'OpenWeather', category: 'maps', official: false, runtime: 'native' },
    description:
      'Gives the current weather and a forecast for a city from OpenWeatherMap, in the units and language that are asked for.',
    tags: ['weather', 'forecast'],
    repository: 'mschneider82/mcp-openweather',
    image: 'docker.io/mcp/openweather:latest',
    variables: [secret('OWM_API_KEY', 'Key of OpenWeatherMap.')],
  },
  {
    ...{ slug: 'elevenlabs', name: 'ElevenLabs', category: 'media', official: true, runtime: 'python' },
    description:
      'Makes speech, voices, sound effects and transcripts with ElevenLabs and keeps the files on a volume. Most calls cost credits.',
    tags: ['speech', 'audio', 'transcripts'],
    repository: 'elevenlabs/elevenlabs-mcp',
    image: 'docker.io/mcp/elevenlabs:latest',
    variables: [secret('ELEVENLABS_API_KEY', 'API key.')],
    volumes: [{ name: 'files', path: '/root/Desktop' }],
  },
  {
    ...{ slug: 'youtube-transcript', name: 'YouTube Transcripts', category: 'media' },
    ...{ official: false, runtime: 'python' },
    description:
      'Fetches the transcript of a YouTube video by its address, in the language that is wanted. Needs no key.',
    tags: ['video', 'transcripts'],
    repository: 'jkawamoto/mcp-youtube-transcript',
    image: 'docker.io/mcp/youtube-transcript:latest',
  },
  {
    ...{ slug: 'gyazo', name: 'Gyazo', category: 'media', official: true, runtime: 'node' },
    description:
      'Searches and fetches captures of a Gyazo account, with the text that was recognised in them, and uploads new ones.',
    tags: ['screenshots', 'images'],
    repository: 'nota/gyazo-mcp-server',
    image: 'docker.io/mcp/gyazo:latest',
    variables: [secret('GYAZO_ACCESS_TOKEN', 'Access token.')],
  },
  {
    ...{ slug: 'handwriting-ocr', name: 'Handwriting OCR', category: 'media', official: true, runtime: 'node' },
    description:
      'Sends images and PDFs to the Handwriting OCR service and reads back the text that was written by hand.',
    tags: ['ocr', 'documents'],
    repository: 'Handwriting-OCR/handwriting-ocr-mcp-server',
    image: 'docker.io/mcp/handwriting-ocr:latest',
    variables: [secret('API_TOKEN', 'API token.')],
  },
  {
    ...{ slug: 'zen', name: 'Zen', category: 'ai', official: false, runtime: 'python' },
    description:
      'Lets one model consult others: second opinions, code reviews, debugging and consensus through Gemini, OpenAI, Grok or OpenRouter. Give at least one key.',
    tags: ['llm', 'code-review', 'collaboration'],
    repository: 'beehiveinnovations/zen-mcp-server',
    image: 'docker.io/mcp/zen:latest',
    variables: [
      extraSecret('OPENROUTER_API_KEY', 'Opens OpenRouter.'),
      extraSecret('GEMINI_API_KEY', 'Opens Gemini.'),
      extraSecret('OPENAI_API_KEY', 'Opens OpenAI.'),
      extraSecret('XAI_API_KEY', 'Opens Grok.'),
    ],
  },
  {
    ...{ slug: 'glif', name: 'Glif', category: 'ai', official: true, runtime: 'node' },
    description:
      'Runs AI workflows of glif.app, such as image generators and comic makers, and shows what they and their authors offer.',
    tags: ['workflows', 'images'],
    repository: 'glifxyz/glif-mcp-server',
    image: 'docker.io/mcp/glif:latest',
    variables: [
      secret('GLIF_API_TOKEN', 'API token.'),
      optional('GLIF_IDS', 'Workflows to offer as tools, with commas between.'),
    ],
  },
  {
    ...{ slug: 'lara-translate', name: 'Lara Translate', category: 'ai', official: true, runtime: 'node' },
    description:
      'Translates with Lara, with attention to context and instructions, detects languages and keeps translation memories.',
    tags: ['translation', 'languages'],
    repository: 'translated/lara-mcp',
    image: 'docker.io/mcp/lara:latest',
    variables: [
      required('LARA_ACCESS_KEY_ID', 'Id of the access key.'),
      secret('LARA_ACCESS_KEY_SECRET', 'Its secret.'),
    ],
  },
  {
    ...{ slug: 'needle', name: 'Needle', category: 'knowledge', official: true, runtime: 'python' },
    description: 'Keeps documents in Needle collections and finds the passages that answer a question.',
    tags: ['retrieval', 'documents'],
    repository: 'needle-ai/needle-mcp',
    image: 'docker.io/mcp/needle-mcp:latest',
    variables: [secret('NEEDLE_API_KEY', 'API key.')],
  },
  {
    ...{ slug: 'graphlit', name: 'Graphlit', category: 'knowledge', official: true, runtime: 'node' },
    description:
      'Collects documents, mails, messages and web pages into a Graphlit project and retrieves from them. Feeds of other services need those services’ own tokens.',
    tags: ['retrieval', 'ingestion'],
    repository: 'graphlit/graphlit-mcp-server',
    image: 'ghcr.io/stacklok/dockyard/npx/graphlit-mcp-server:1.0.20250808001',
    variables: [
      required('GRAPHLIT_ORGANIZATION_ID', 'Id of the organisation.'),
      required('GRAPHLIT_ENVIRONMENT_ID', 'Id of the environment.'),
      secret('GRAPHLIT_JWT_SECRET', 'Secret that signs its tokens.'),
      extraSecret('SLACK_BOT_TOKEN', 'Lets it read Slack.'),
      extraSecret('NOTION_API_KEY', 'Lets it read Notion.'),
      extraSecret('LINEAR_API_KEY', 'Lets it read Linear.'),
      extraSecret('GITHUB_PERSONAL_ACCESS_TOKEN', 'Lets it read GitHub.'),
    ],
    ...{ pulls: 109, stars: 352 },
  },
  {
    ...{ slug: 'wikipedia', name: 'Wikipedia', category: 'knowledge', official: false, runtime: 'python' },
    description:
      'Searches Wikipedia and reads articles, summaries, sections and links of any language edition. Needs no key.',
    tags: ['encyclopedia', 'reference-work'],
    repository: 'Rudra-ravi/wikipedia-mcp',
    image: 'docker.io/mcp/wikipedia-mcp:latest',
  },
  {
    ...{ slug: 'arxiv', name: 'arXiv', category: 'knowledge', official: false, runtime: 'python' },
    description: 'Searches arXiv, downloads papers onto a volume and reads them as text. Needs no key.',
    tags: ['papers', 'research', 'persistent'],
    repository: 'blazickjp/arxiv-mcp-server',
    image: 'ghcr.io/stacklok/dockyard/uvx/arxiv-mcp-server:0.3.0',
    arguments: ['--storage-path', '/arxiv-papers'],
    volumes: [{ name: 'papers', path: '/arxiv-papers' }],
    ...{ pulls: 77, stars: 1619 },
  },
  {
    ...{ slug: 'paper-search', name: 'Paper Search', category: 'knowledge', official: false, runtime: 'python' },
    description:
      'Searches arXiv, PubMed, bioRxiv, medRxiv and Google Scholar with one set of tools and downloads what is open. Needs no key.',
    tags: ['papers', 'research'],
    repository: 'openags/paper-search-mcp',
    image: 'docker.io/mcp/paper-search:latest',
  },
  {
    ...{ slug: 'wolfram-alpha', name: 'Wolfram Alpha', category: 'reasoning', official: false, runtime: 'python' },
    description:
      'Asks Wolfram|Alpha to calculate, solve, convert and look up facts, with steps and plots where it has them.',
    tags: ['mathematics', 'facts'],
    repository: 'SecretiveShell/MCP-wolfram-alpha',
    image: 'docker.io/mcp/wolfram-alpha:latest',
    variables: [secret('WOLFRAM_API_KEY', 'App id of the Wolfram|Alpha API.')],
  },
  {
    ...{ slug: 'hacker-news', name: 'Hacker News', category: 'knowledge', official: false, runtime: 'python' },
    description:
      'Reads the top, new and best stories of Hacker News with their comments, and searches them. Needs no key.',
    tags: ['news', 'technology'],
    repository: 'AayushBahukhandi/hackernews-mcp',
    image: 'docker.io/mcp/hackernews-mcp:latest',
  },
]
