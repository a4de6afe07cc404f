// The life of a message as a line from its login to its end: when, how long after what came before, and what was said. The words of each
// line are the API's, and those of servers stand as they were sent.

import { Caption1, makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components'
import {
  AlertRegular,
  ArrowRoutingRegular,
  CheckmarkCircleRegular,
  DismissCircleRegular,
  DocumentRegular,
  InfoRegular,
  KeyRegular,
  MailInboxRegular,
  PauseCircleRegular,
  ShieldCheckmarkRegular,
  TaskListLtrRegular,
  WarningRegular,
  type FluentIcon,
} from '@fluentui/react-icons'
import { Link } from 'react-router'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { addressOfMessage, type EntryKind, type TimelineEntry } from './message.ts'
import { timelineTexts } from './timeline-texts.ts'

const ICONS: Readonly<Record<EntryKind, FluentIcon>> = {
  login: KeyRegular,
  decision: ShieldCheckmarkRegular,
  policy: TaskListLtrRegular,
  queued: MailInboxRegular,
  attempt: ArrowRoutingRegular,
  final: CheckmarkCircleRegular,
  hold: PauseCircleRegular,
  report: DocumentRegular,
  event: AlertRegular,
  note: InfoRegular,
  refused: DismissCircleRegular,
}

const LOOKS = {
  delivered: 'good',
  deferred: 'warning',
  failed: 'bad',
  suppressed: 'bad',
  held: 'warning',
  released: 'good',
  queued: 'none',
} as const
type KnownStatus = keyof typeof LOOKS

const useStyles = makeStyles({
  line: { listStyleType: 'none', margin: 0, padding: 0, minWidth: 0 },
  entry: {
    position: 'relative',
    display: 'grid',
    gridTemplateColumns: '32px minmax(0, 1fr)',
    gap: tokens.spacingHorizontalM,
    paddingBottom: tokens.spacingVerticalL,
    ':not(:last-child)::before': {
      content: '""',
      position: 'absolute',
      left: '15px',
      top: '32px',
      bottom: 0,
      width: '2px',
      backgroundColor: tokens.colorNeutralStroke2,
    },
  },
  sign: {
    display: 'grid',
    placeItems: 'center',
    width: '32px',
    height: '32px',
    borderRadius: tokens.borderRadiusCircular,
    fontSize: '18px',
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground2,
  },
  good: { backgroundColor: tokens.colorStatusSuccessBackground1, color: tokens.colorStatusSuccessForeground1 },
  warning: { backgroundColor: tokens.colorStatusWarningBackground1, color: tokens.colorStatusWarningForeground1 },
  bad: { backgroundColor: tokens.colorStatusDangerBackground1, color: tokens.colorStatusDangerForeground1 },
  none: {},
  what: { display: 'grid', gap: tokens.spacingVerticalXXS, minWidth: 0 },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalS },
  quiet: { color: tokens.colorNeutralForeground2, fontVariantNumeric: 'tabular-nums' },
  remote: { margin: 0, overflowWrap: 'anywhere' },
  reply: {
    margin: 0,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalS}`,
    borderLeft: `3px solid ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground2,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
})

export function Timeline({ entries }: { readonly entries: readonly TimelineEntry[] }) {
  const t = useTexts(timelineTexts)
  const styles = useStyles()
  if (entries.length === 0) return <Text>{t.empty}</Text>
  return (
    <ol className={styles.line} aria-label={t.title}>
      {entries.map((entry, index) => (
        <Entry key={index} entry={entry} before={entries[index - 1]?.at} />
      ))}
    </ol>
  )
}

function lookOf({ kind, status = '' }: TimelineEntry): 'good' | 'bad' | 'warning' | 'none' {
  if (kind === 'refused') return 'bad'
  if (kind === 'hold') return status === 'released' ? 'good' : 'warning'
  return LOOKS[status.toLowerCase() as KnownStatus] ?? 'none'
}

function iconOf({ kind, status }: TimelineEntry): FluentIcon {
  if (kind !== 'final' || status === 'delivered') return ICONS[kind]
  return status === 'suppressed' ? WarningRegular : DismissCircleRegular
}

function Entry({ entry, before }: { readonly entry: TimelineEntry; readonly before: string | undefined }) {
  const t = useTexts(timelineTexts)
  const styles = useStyles()
  const { exact, duration } = useFormats()
  const { at, kind, status, recipient, detail, remote } = entry
  const Icon = iconOf(entry)
  const look = lookOf(entry)
  const passed = before === undefined ? undefined : Date.parse(at) - Date.parse(before)
  return (
    <li className={styles.entry}>
      <span className={mergeClasses(styles.sign, styles[look])} aria-hidden>
        <Icon />
      </span>
      <div className={styles.what}>
        <div className={styles.head}>
          <Text weight="semibold">{t.kinds[kind]}</Text>
          {status !== undefined && (
            <StateBadge look={look} text={t.statuses[status.toLowerCase() as KnownStatus] ?? status} />
          )}
          <Caption1 as="span" className={styles.quiet}>
            <time dateTime={at}>{exact(at)}</time>
            {passed !== undefined && <> {t.later(duration(passed))}</>}
          </Caption1>
        </div>
        {recipient !== undefined && <ForeignText text={recipient} />}
        <Text>
          <ForeignText text={remote === undefined ? detail : withoutRemote(detail, remote.host)} />
        </Text>
        {remote && <Remote remote={remote} />}
        <EntryLink entry={entry} />
      </div>
    </li>
  )
}

/** The server is told of below. */
function withoutRemote(detail: string, host: string): string {
  const end = detail.lastIndexOf(`; ${host}`)
  return end === -1 ? detail : detail.slice(0, end)
}

function Remote({ remote }: { readonly remote: NonNullable<TimelineEntry['remote']> }) {
  const t = useTexts(timelineTexts)
  const styles = useStyles()
  const { host, address, tls, reply } = remote
  const place = [host, address !== undefined && address !== host && `[${address}]`, tls].filter(Boolean).join(' ')
  return (
    <>
      <Caption1 className={mergeClasses(styles.remote, styles.quiet)}>
        {t.remote}: <ForeignText text={place} />
      </Caption1>
      {reply !== undefined && (
        <blockquote className={styles.reply} aria-label={t.reply}>
          <ForeignText text={reply} keepLines />
        </blockquote>
      )}
    </>
  )
}

function EntryLink({ entry: { kind, id } }: { readonly entry: TimelineEntry }) {
  const t = useTexts(timelineTexts)
  if (id === undefined) return null
  if (kind === 'report') return <Link to={addressOfMessage(id)}>{t.openReport}</Link>
  if (kind === 'hold') return <Link to="/queue/holds">{t.openHolds}</Link>
  return kind === 'event' ? <Link to="/events">{t.openEvents}</Link> : null
}
