/** What an image starts: shells that run downloads, daemons that open doors, packages fetched anew at each start. */
import type { TemplateContent } from '#db/template-content.ts'
import { type Finding, fail, pass, warn } from './checks.ts'
import { withoutImage } from './image.ts'
import { blank } from './secrets.ts'
import type { Inspection } from './subject.ts'

interface Rule {
  pattern: RegExp
  says: string
}

/** Longer command lines are scripts; their beginning says enough. */
const LINE_MAX = 4000

const DANGEROUS: Rule[] = [
  {
    pattern:
      /\b(?:curl|wget|fetch)\b[^|;&]{0,1000}[|;&]{1,2}\s{0,20}(?:sudo\s{1,5})?(?:\S{0,50}\/)?(?:sh|bash|zsh|ash|python[\d.]*|node|perl)\b/,
    says: 'runs a script straight from the network',
  },
  {
    pattern: /\b(?:sh|bash|zsh|ash)\s{1,5}(?:-\w{1,5}\s{1,5})?["']?(?:<\(|\$\()\s{0,5}(?:curl|wget)\b/,
    says: 'runs a script straight from the network',
  },
  {
    pattern: /\bbase64\s{1,5}(?:-d|-D|--decode)\b[^|]{0,200}\|\s{0,10}(?:\S{0,50}\/)?(?:sh|bash|ash)\b/,
    says: 'runs hidden code',
  },
  { pattern: /(?:^|[\s/])sshd\b/, says: 'starts an SSH server' },
  { pattern: /(?:^|[\s/])telnetd\b/, says: 'starts a telnet server' },
  {
    pattern: /(?:^|[\s/])(?:dockerd|containerd)\b|\bdocker-in-docker\b|(?:^|\s)dind\b/,
    says: 'starts a container engine',
  },
  { pattern: /\/var\/run\/docker\.sock|(?:^|\s)\/run\/docker\.sock/, says: 'wants the Docker socket' },
  { pattern: /(?:^|\s)--privileged\b/, says: 'wants full privileges' },
  {
    pattern: /(?:^|\s)--(?:cap-add|pid|net|network|userns)[= ]\s{0,5}(?:host|all|sys_\w{1,30})\b/i,
    says: 'wants privileges of the host',
  },
  { pattern: /(?:^|[\s/])nsenter\b|\/proc\/1\/root/, says: 'leaves its container' },
  {
    pattern: /\/dev\/tcp\/|\b(?:nc|ncat|netcat)\b[^|;&]{0,200}\s-(?:\w{0,5}e|-exec)\b/,
    says: 'opens a shell to another machine',
  },
  { pattern: /(?:^|[\s/])(?:xmrig|minerd|cpuminer|t-rex|ethminer)\b/, says: 'mines coins' },
]

const DOUBTFUL: Rule[] = [
  {
    pattern: /(?:^|[\s/])(?:npx|bunx|pnpx)\b|\bnpm\s{1,5}(?:exec|x)\b|\bpnpm\s{1,5}dlx\b/,
    says: 'fetches its package at each start',
  },
  {
    pattern: /(?:^|[\s/])uvx\b|\buv\s{1,5}tool\s{1,5}run\b|\bpipx\s{1,5}run\b/,
    says: 'fetches its package at each start',
  },
  {
    pattern:
      /\b(?:npm|pnpm|yarn)\s{1,5}(?:install|i|ci|add)\b|\bpip[\d.]*\s{1,5}install\b|\b(?:apt|apt-get|apk)\s{1,5}(?:add|install)\b|\bgit\s{1,5}clone\b/,
    says: 'installs software at each start',
  },
  { pattern: /(?:^|[\s/])sudo\b/, says: 'uses sudo, which its container forbids' },
  {
    pattern: /\bchmod\s{1,5}(?:-\w{1,5}\s{1,5})?(?:777|a\+rwx|u\+s|4\d{3})\b/,
    says: 'loosens the permissions of files',
  },
]

/** Labels in which images ask for more than Berth gives. */
const PRIVILEGE_LABEL = /(?:^|\.)(?:privileged|cap-?add|capabilities|security-opt|docker-?socket)$/i

export function entrypoint(content: TemplateContent, inspection: Inspection): Finding {
  if (inspection.kind !== 'image') return withoutImage(inspection)
  const { config } = inspection.image
  const own = content.config.arguments?.flatMap((argument) =>
    typeof argument === 'string' ? argument : argument.values,
  )
  const line = [...config.entrypoint, ...(own ?? config.cmd)].join(' ').slice(0, LINE_MAX)
  const shown = `Starts: ${blank(line).slice(0, 300) || 'nothing: neither entrypoint nor command'}`
  const told = (rules: Rule[], text: string) =>
    rules.filter(({ pattern }) => pattern.test(text)).map(({ says }) => says)
  const asks = [
    ...config.volumes
      .filter((path) => /docker\.sock$|^\/(?:proc|sys|dev)(?:\/|$)/.test(path))
      .map((path) => `wants ${path} of the host`),
    ...Object.keys(config.labels)
      .filter((label) => PRIVILEGE_LABEL.test(label))
      .map((label) => `asks for privileges in its label ${label}`),
  ]
  const dangerous = [...new Set([...told(DANGEROUS, line), ...asks])]
  if (dangerous.length > 0)
    return fail(`It ${dangerous[0]}.`, [shown, ...dangerous.map((says) => `It ${says}`)], {
      text: 'Choose an image that starts nothing but its MCP server.',
    })
  const doubtful = [...new Set(told(DOUBTFUL, line))]
  if (doubtful.length > 0)
    return warn(
      `It ${doubtful[0]}.`,
      [shown, ...doubtful.map((says) => `It ${says}: what runs is not what was checked`)],
      {
        text: 'Choose an image that has its server inside, or import the package itself.',
      },
    )
  if (line === '')
    return fail('The image starts nothing.', [shown], { text: 'Give the program and its arguments in the template.' })
  return pass('It starts its server and nothing else.', [shown])
}
