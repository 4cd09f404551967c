/** What an image's config, its signatures and a scanner say about running it. */
import type { TemplateContent } from '#db/template-content.ts'
import { parseReference } from '#server/registry/index.ts'
import { type SignatureVerdict, signerText } from '#server/registry/signature/index.ts'
import { type Finding, fail, pass, skipped, warn } from './checks.ts'
import { withoutImage } from './image.ts'
import { askFor, askForAll, type Patch, setAt } from './patch.ts'
import { describeLeak, type Leak, leaksOfImage, secretsOf, tokensIn } from './secrets.ts'
import type { Inspection, Previous } from './subject.ts'
import { type ScanResult, SEVERITIES, type Vulnerability } from './trivy.ts'

const ROOT = /^(?:root|0)(?::|$)/

export function user(inspection: Inspection): Finding {
  if (inspection.kind !== 'image') return withoutImage(inspection)
  const { config } = inspection.image
  const named = config.user.trim()
  if (named !== '' && !ROOT.test(named)) return pass(`It runs as ${named}.`)
  return warn(
    'It runs as root inside its container.',
    [
      named === '' ? 'The image names no user, which means root' : `User: ${named}`,
      'Berth takes all capabilities away and forbids new privileges, so this root can do little outside its own files',
    ],
    { text: 'Choose an image whose Dockerfile has a USER line, or ask its publisher for one.' },
  )
}

/** Leaks of a template's own texts: everybody who deploys it would get them. */
function leaksOfContent({ config }: TemplateContent): (Leak & { patch: Patch })[] {
  const ofVariables = config.environmentVariables.flatMap((variable, index) => {
    const texts = [variable.default, variable.value].filter((text) => text !== undefined)
    const found = texts.flatMap((text) => secretsOf(variable.name, text))
    const patch = setAt(['config', 'environmentVariables', index], { ...askFor(variable), isSecret: true })
    return found.map((one) => ({ ...one, name: variable.name, where: `template variable ${variable.name}`, patch }))
  })
  const args = (config.arguments ?? []).flatMap((argument) =>
    typeof argument === 'string' ? argument : argument.values,
  )
  const ofArguments = args
    .flatMap((text) => tokensIn(text))
    .map((one) => ({ ...one, name: null, where: 'an argument', patch: [] }))
  return [...ofVariables, ...ofArguments]
}

export function secrets(content: TemplateContent, inspection: Inspection): Finding {
  const own = leaksOfContent(content)
  if (own.length > 0)
    return fail(`The template itself holds ${counted(own.length)}.`, own.map(describeLeak), {
      text: 'Revoke it where it was made, and have each person give their own.',
      ...withPatch(own.flatMap(({ patch }) => patch)),
    })
  if (inspection.kind !== 'image') return withoutImage(inspection)
  const leaks = leaksOfImage(inspection.image.config)
  if (leaks.length === 0) return pass('No secret is in its environment, labels or history.')
  const declared = new Map(content.config.environmentVariables.map((variable) => [variable.name, variable]))
  const used = leaks.filter(
    ({ where, name }) => name !== null && where.startsWith('ENV ') && !isAskedFor(declared.get(name)),
  )
  const history = leaks.filter(({ where }) => !where.startsWith('ENV '))
  if (used.length === 0 && history.length === 0)
    return warn(`The image holds ${counted(leaks.length)}; each deployment replaces it.`, leaks.map(describeLeak), {
      text: 'Use an image without it: its publisher should revoke it and build anew.',
    })
  return fail(`The image holds ${counted(leaks.length)}.`, leaks.map(describeLeak), {
    text:
      used.length > 0
        ? 'Its publisher should revoke it and build without it; until then have each person give their own.'
        : 'Its publisher should revoke it and build without it: use another image until then.',
    ...withPatch(askForAll(content, [...new Set(used.flatMap(({ name }) => name ?? []))])),
  })
}

const isAskedFor = (variable: TemplateContent['config']['environmentVariables'][number] | undefined): boolean =>
  variable?.isRequired === true && variable.default === undefined && !variable.inputOnly

const counted = (n: number): string => (n === 1 ? 'a secret' : `${n} secrets`)
const withPatch = (patch: Patch) => (patch.length > 0 ? { patch } : {})

export function tag(content: TemplateContent, inspection: Inspection): Finding {
  const { image } = content.config
  const named = tagOf(image)
  if (named === 'pinned') return pass('It is pinned by its digest.')
  const digest = inspection.kind === 'image' ? inspection.image.digest : null
  const summary =
    named === 'latest'
      ? 'The image is whatever its publisher pushed last.'
      : `The tag ${named} can be pushed again with other content.`
  return warn(summary, digest ? [`Today it is ${digest}`] : [], {
    text: 'Pin it by its digest; a new version of the template then takes a new image.',
    ...(digest && { patch: setAt(['config', 'image'], `${image}@${digest}`) }),
  })
}

function tagOf(image: string): string {
  try {
    const { digest, tag: named } = parseReference(image)
    return digest ? 'pinned' : (named ?? 'latest')
  } catch {
    return 'latest'
  }
}

const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

export function age(inspection: Inspection, now: Date): Finding {
  if (inspection.kind !== 'image') return withoutImage(inspection)
  const created = Date.parse(inspection.image.config.created ?? '')
  // Reproducible builds say 1970 or 1980: a date that says nothing.
  if (Number.isNaN(created) || created < Date.UTC(2013, 0, 1))
    return skipped('The image does not say when it was built.')
  const day = new Date(created).toISOString().slice(0, 10)
  const years = (now.getTime() - created) / YEAR_MS
  const evidence = [`Built: ${day}`]
  const fix = { text: 'Look for a newer release; an image gets no security fixes after it was built.' }
  if (years > 2) return warn(`It was built ${Math.floor(years)} years ago: nobody seems to maintain it.`, evidence, fix)
  if (years > 1) return warn('It was built more than a year ago.', evidence, fix)
  return pass(`It was built on ${day}.`, evidence)
}

export function ports(content: TemplateContent, inspection: Inspection): Finding {
  if (inspection.kind !== 'image') return withoutImage(inspection)
  const { transport } = content.config
  const declared = transport.type === 'stdio' ? null : transport.port
  const exposed = inspection.image.config.exposedPorts
  const evidence = [
    `Declared: ${declared ?? 'none, it speaks over stdio'}`,
    `Exposed: ${exposed.length > 0 ? exposed.join(', ') : 'none'}`,
  ]
  const others = exposed.filter((port) => port !== declared)
  if (declared !== null && exposed.length > 0 && !exposed.includes(declared))
    return warn(`The image exposes ${exposed.join(', ')}, not the declared port ${declared}.`, evidence, {
      text: 'Declare the port that its server listens on.',
      ...(exposed.length === 1 && { patch: setAt(['config', 'transport', 'port'], exposed[0]) }),
    })
  if (others.length > 0)
    return warn(`It also listens on ${others.join(', ')}, which is not declared.`, evidence, {
      text: 'Nothing outside its container reaches them; see in its documentation what they are for.',
    })
  return pass(declared === null ? 'It opens no port.' : `It opens only port ${declared}.`, evidence)
}

/** What is known of the signatures over one digest. */
export interface SignatureSeen {
  digest: string
  verdict: SignatureVerdict
}

/** @param policy of the installation */
export function signature(policy: 'off' | 'warn' | 'enforce', seen: SignatureSeen | null): Finding {
  if (policy === 'off') return skipped('Signatures are not looked at: the policy of this installation is off.')
  if (!seen) return skipped('Not checked: there is no image to look at.')
  const { digest, verdict: found } = seen
  switch (found.kind) {
    case 'verified':
      return pass(`Its ${found.what} is valid.`, [`Signed by ${signerText(found.by)}`, ofImage(digest)])
    case 'unsigned': {
      const bad = policy === 'enforce' ? fail : warn
      const summary = found.reason ? 'Nobody that is trusted here signed the image.' : 'Nobody signed the image.'
      const evidence = [...(found.reason ? [found.reason] : []), `Policy of this installation: ${policy}`]
      return bad(summary, evidence, {
        text: 'Choose an image that its publisher signs, for example with cosign.',
      })
    }
    case 'invalid':
      return fail('Its signature is not valid.', [found.reason], {
        text: 'Do not run it: get the image from its publisher anew.',
      })
    case 'not-checked':
      return skipped('The signature could not be checked.', [found.reason])
  }
}

/** Stands in the evidence of a valid signature, so that a later look knows for which image it was seen. */
const ofImage = (digest: string): string => `Image: ${digest}`

export const wasVerified = (earlier: readonly Previous[], digest: string): boolean =>
  earlier.some(({ checks }) =>
    checks.some(
      ({ id, verdict, evidence }) =>
        id === 'security-signature' && verdict === 'pass' && evidence.includes(ofImage(digest)),
    ),
  )

/**
 * Where signatures are enforced, the one who could not be asked is often the one who is not trusted: a registry that
 * answers for the image and not for its signatures. Only an image that was verified before stands without a new look.
 *
 * @param digest that was verified before, of what would run; null when none was
 */
export function enforced(found: Finding, digest: string | null): Finding {
  if (digest)
    return pass('Its signature was valid when it could be checked last.', [...found.evidence, ofImage(digest)])
  return fail(
    'Its signature could not be checked, and this installation demands one.',
    [found.summary, ...found.evidence],
    { text: 'Validate again when its registry answers.' },
  )
}

export function vulnerabilities(scan: ScanResult): Finding {
  if (scan.kind === 'not-scanned') return skipped('Not scanned for known vulnerabilities.', [scan.reason])
  const { counts, top, failing, targets, endOfLife } = scan
  if (targets === 0) return skipped('The scanner recognised nothing in the image, so it can say nothing.')
  const words = SEVERITIES.filter((one) => counts[one] > 0).map((one) => `${counts[one]} ${one.toLowerCase()}`)
  const old = endOfLife ? [`${endOfLife} is no longer maintained`] : []
  const evidence = [...(words.length > 0 ? [words.join(', ')] : []), ...old, ...top.map(vulnerabilityLine)]
  const fix = { text: 'Take a newer image: its publisher may have fixed them already.' }
  if (failing > 0)
    return fail(
      `${failing} known ${failing === 1 ? 'vulnerability is' : 'vulnerabilities are'} too severe.`,
      evidence,
      fix,
    )
  if (endOfLife) return warn(`It stands on ${endOfLife}, which nobody mends any more.`, evidence, fix)
  if (counts.HIGH + counts.CRITICAL > 0) return warn(`Known vulnerabilities: ${words.join(', ')}.`, evidence, fix)
  return pass(
    words.length > 0 ? `Only lesser vulnerabilities are known: ${words.join(', ')}.` : 'None is known.',
    evidence,
  )
}

const vulnerabilityLine = ({ id, severity, package: name, installed, fixed }: Vulnerability): string =>
  `${id} (${severity.toLowerCase()}): ${name} ${installed}${fixed ? `, fixed in ${fixed}` : ', not fixed yet'}`
