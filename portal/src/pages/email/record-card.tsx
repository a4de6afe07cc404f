// One record of a domain: what to publish, how it stood when it was last verified, what the DNS has now, and what is wrong with it.

import {
  Card,
  Field,
  makeStyles,
  MessageBar,
  MessageBarBody,
  Spinner,
  Subtitle2,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components'
import type { ReactNode } from 'react'
import { CopyButton, CopyField } from '../../parts/copy-field.tsx'
import { GuardedButton } from '../../parts/guarded-button.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { type DnsRecord, type Domain, fullNameOf, type RecordState, type RecordType } from './domain.ts'
import { domainTexts } from './domain-texts.ts'
import { RecordStateBadge } from './record-state.tsx'
import { type Observed, type Verification, VERIFY } from './verification.ts'

const useStyles = makeStyles({
  card: { minWidth: 0 },
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: tokens.spacingHorizontalM },
  long: { fontFamily: tokens.fontFamilyMonospace },
  valueRow: { display: 'flex', alignItems: 'start', gap: tokens.spacingHorizontalXS },
  grow: { flexGrow: 1 },
  seen: { margin: 0, overflowWrap: 'anywhere', fontFamily: tokens.fontFamilyMonospace },
})

export function RecordCard(props: {
  readonly domain: Domain
  readonly type: RecordType
  readonly now: readonly Observed[] | undefined
  readonly verification: Verification
}) {
  const { domain, type, now, verification } = props
  const t = useTexts(domainTexts)
  const styles = useStyles()
  const { fromSenderDomain, verificationRecords, verificationStates } = domain.properties
  const record = verificationRecords[type]
  const state = verificationStates[type]
  const observed = now?.find(({ check, role }) => check === type && role === 'present')
  return (
    <Card className={styles.card} role="group" aria-label={t.titles[type]}>
      <div className={styles.head}>
        <Subtitle2 as="h4">{t.titles[type]}</Subtitle2>
        <RecordStateBadge state={state} />
        <GuardedButton
          scope={domain.id}
          right={VERIFY}
          size="small"
          aria-label={t.verifyOne(type)}
          disabled={verification.current !== undefined}
          onClick={() => verification.start([type])}
        >
          {t.verify}
        </GuardedButton>
        {verification.current === type && <Spinner size="tiny" />}
      </div>
      <RecordFields record={record} name={fullNameOf(record, fromSenderDomain)} />
      {record.zoneRecord && (
        <>
          <Text>{t.zoneNote}</Text>
          <RecordFields record={record.zoneRecord} name={record.zoneRecord.name} />
        </>
      )}
      <StateNote state={state} />
      <DnsNow observed={observed} />
    </Card>
  )
}

/** Long values wrap, so that they can be compared. */
const LONG = 70

export function RecordFields({ record, name }: { readonly record: DnsRecord; readonly name: string }) {
  const t = useTexts(domainTexts)
  const styles = useStyles()
  const { type, value, ttl } = record
  return (
    <>
      <Text>
        {t.recordType}: <strong>{type}</strong> · {t.ttl}: <strong>{ttl}</strong>
      </Text>
      <CopyField label={t.recordName} value={name} />
      {value.length < LONG ? (
        <CopyField label={t.recordValue} value={value} />
      ) : (
        <div className={styles.valueRow}>
          <Field label={t.recordValue} className={styles.grow}>
            <Textarea
              readOnly
              value={value}
              rows={Math.min(6, Math.ceil(value.length / LONG))}
              textarea={{ className: styles.long }}
            />
          </Field>
          <CopyButton label={`${t.recordValue} ${name}`} value={value} />
        </div>
      )}
    </>
  )
}

function StateNote({ state: { status, errorCode, seen, lostSince, countsUntil } }: { readonly state: RecordState }) {
  const t = useTexts(domainTexts)
  const { time } = useFormats()
  if (lostSince !== undefined && countsUntil !== undefined)
    return (
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>{t.lost(time(lostSince), time(countsUntil))}</MessageBarBody>
      </MessageBar>
    )
  if (status !== 'VerificationFailed') return null
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        {t.lastFailed} <Problem errorCode={errorCode} />
        <Seen seen={seen ?? []} />
      </MessageBarBody>
    </MessageBar>
  )
}

function Problem({ errorCode }: { readonly errorCode: string }) {
  const t = useTexts(domainTexts)
  const problems: Readonly<Record<string, string>> = t.problems
  return problems[errorCode] ?? errorCode
}

function Seen({ seen }: { readonly seen: readonly string[] }) {
  const t = useTexts(domainTexts)
  const styles = useStyles()
  if (seen.length === 0) return null
  return (
    <>
      <Text>{t.seen}</Text>
      {seen.map((value) => (
        <p key={value} className={styles.seen}>
          {value}
        </p>
      ))}
    </>
  )
}

const LOOKS = { AsIssued: 'good', Different: 'warning', Unknown: 'none' } as const

function DnsNow({ observed, children }: { readonly observed: Observed | undefined; readonly children?: ReactNode }) {
  const t = useTexts(domainTexts)
  const styles = useStyles()
  if (observed === undefined) return <Spinner size="tiny" labelPosition="after" label={t.looking} />
  const different = observed.errorCode === 'RecordNotFound' ? t.missing : t.different
  const texts = { AsIssued: t.asIssued, Different: different, Unknown: t.unknown }
  return (
    <div>
      <div className={styles.head}>
        <Text weight="semibold">{t.now}</Text>
        <StateBadge look={LOOKS[observed.status]} text={texts[observed.status]} />
      </div>
      {children ?? (observed.errorCode !== '' && <Problem errorCode={observed.errorCode} />)}
      <Seen seen={observed.seen} />
    </div>
  )
}

/** Mail to the domain is no business of sending, but of who sends. */
export function DnsAdvice({ now }: { readonly now: readonly Observed[] | undefined }) {
  const t = useTexts(domainTexts)
  const styles = useStyles()
  const observed = now?.find(({ check }) => check === 'MX')
  return (
    <Card className={styles.card} role="group" aria-label={t.titles.MX}>
      <Subtitle2 as="h4">{t.titles.MX}</Subtitle2>
      <DnsNow observed={observed}>{observed?.errorCode === 'RecordNotFound' ? t.mxMissing : undefined}</DnsNow>
    </Card>
  )
}
