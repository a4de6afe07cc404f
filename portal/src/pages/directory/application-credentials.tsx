// “Certificates & secrets”: client secrets, device passwords, certificates and federated credentials of an application, each with its end
// and its last use.

import { Body1, makeStyles, MessageBar, MessageBarBody, Spinner, Subtitle2, tokens } from '@fluentui/react-components'
import { AddRegular, DeleteRegular } from '@fluentui/react-icons'
import { useState } from 'react'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { CopyButton } from '../../parts/copy-field.tsx'
import { Failure } from '../../parts/failure.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { StateBadge } from '../../parts/state-badge.tsx'
import { commonTexts } from '../../texts/common.ts'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { credentialTexts } from './credential-texts.ts'
import {
  type Credential,
  CREDENTIAL_KINDS,
  standingOf,
  type Standing,
  useCredentialRight,
  useCredentials,
} from './credentials.ts'
import { DeleteCredential } from './delete-credential.tsx'
import { type Application, TENANT } from './directory.ts'
import { MaybeGuardedButton } from './maybe-guarded-button.tsx'
import { NewSecret } from './new-secret.tsx'

const useStyles = makeStyles({
  section: { display: 'grid', gap: tokens.spacingVerticalS, minWidth: 0 },
})

export function ApplicationCredentials({ application }: { readonly application: Application }) {
  const t = useTexts(credentialTexts)
  const common = useTexts(commonTexts)
  const credentials = useCredentials(application.appId)
  const [removed, setRemoved] = useState<Credential>()
  const items = credentials.data ?? []
  const ending = items.filter((one) => one.lastUse !== null && standingOf(one, Date.now()) === 'ending').length
  return (
    <BladeFrame title={t.title} commands={<Commands application={application} />}>
      <Body1>{t.intro}</Body1>
      {ending > 0 && (
        <MessageBar intent="warning">
          <MessageBarBody>{t.expiryWarning(ending)}</MessageBarBody>
        </MessageBar>
      )}
      {credentials.isPending && <Spinner label={common.loading} />}
      {credentials.isError && <Failure error={credentials.error} onRetry={() => void credentials.refetch()} />}
      {credentials.data &&
        CREDENTIAL_KINDS.map((kind) => (
          <Section
            key={kind}
            kind={kind}
            application={application}
            credentials={items.filter((one) => one.kind === kind)}
            onRemove={setRemoved}
          />
        ))}
      {removed && (
        <DeleteCredential
          application={application}
          credential={removed}
          others={items.filter(({ keyId }) => keyId !== removed.keyId)}
          onClose={() => setRemoved(undefined)}
        />
      )}
    </BladeFrame>
  )
}

function Commands({ application }: { readonly application: Application }) {
  const t = useTexts(credentialTexts)
  const right = useCredentialRight(application.id)
  const [making, setMaking] = useState<'password' | 'device-password'>()
  return (
    <>
      <MaybeGuardedButton
        scope={TENANT}
        right={right}
        appearance="primary"
        icon={<AddRegular />}
        onClick={() => setMaking('password')}
      >
        {t.newSecret}
      </MaybeGuardedButton>
      <MaybeGuardedButton
        scope={TENANT}
        right={right}
        icon={<AddRegular />}
        onClick={() => setMaking('device-password')}
      >
        {t.newDevicePassword}
      </MaybeGuardedButton>
      {making && <NewSecret application={application} kind={making} onClose={() => setMaking(undefined)} />}
    </>
  )
}

function Section(props: {
  readonly kind: Credential['kind']
  readonly application: Application
  readonly credentials: readonly Credential[]
  readonly onRemove: (credential: Credential) => void
}) {
  const { kind, application, credentials, onRemove } = props
  const t = useTexts(credentialTexts)
  const styles = useStyles()
  const columns = useColumns(kind, application, onRemove)
  return (
    <div className={styles.section}>
      <Subtitle2 as="h3">{t.sections[kind]}</Subtitle2>
      {kind === 'federated' && credentials.length > 0 && <Body1>{t.readOnly}</Body1>}
      {credentials.length === 0 ? (
        <Body1>{t.none}</Body1>
      ) : (
        <DataTable label={t.sections[kind]} items={credentials} keyOf={({ keyId }) => keyId} columns={columns} />
      )}
    </div>
  )
}

const LOOKS = { ended: 'bad', ending: 'warning', standing: 'good', 'not yet': 'none' } as const satisfies Record<
  Standing,
  'bad' | 'warning' | 'good' | 'none'
>

function useColumns(
  kind: Credential['kind'],
  application: Application,
  onRemove: (credential: Credential) => void,
): readonly Column<Credential>[] {
  const t = useTexts(credentialTexts)
  const common = useTexts(commonTexts)
  const { date } = useFormats()
  const right = useCredentialRight(application.id)
  const isPassword = kind === 'password' || kind === 'device-password'
  const named: readonly Column<Credential>[] = [
    { key: 'description', header: t.description, width: 110, cell: (one) => <Name credential={one} /> },
    {
      key: 'expires',
      header: t.expires,
      width: 180,
      cell: (one) => {
        const standing = standingOf(one, Date.now())
        return (
          <>
            {one.endDateTime !== null && `${date(one.endDateTime)} `}
            <StateBadge look={LOOKS[standing]} text={t.standing[standing]} />
          </>
        )
      },
    },
    { key: 'used', header: t.lastUsed, width: 140, cell: (one) => <LastUse credential={one} /> },
  ]
  if (!isPassword) return named
  return [
    ...named.slice(0, 2),
    { key: 'value', header: t.hint, cell: ({ hint }) => <code>{hint === null ? '' : `${hint}••••`}</code>, width: 80 },
    ...named.slice(2),
    { key: 'id', header: t.secretId, cell: ({ keyId }) => <CopyButton label={t.secretId} value={keyId} />, width: 80 },
    {
      key: 'delete',
      header: common.delete,
      width: 75,
      cell: (one) =>
        one.ofServicePrincipal ? undefined : (
          <MaybeGuardedButton
            scope={TENANT}
            right={right}
            appearance="subtle"
            size="small"
            icon={<DeleteRegular />}
            aria-label={`${common.delete}: ${one.displayName ?? one.hint ?? one.keyId}`}
            onClick={() => onRemove(one)}
          />
        ),
    },
  ]
}

function Name({ credential }: { readonly credential: Credential }) {
  const t = useTexts(credentialTexts)
  const { displayName, ofServicePrincipal, supersededBy } = credential
  return (
    <>
      <ForeignText text={displayName ?? ''} /> {ofServicePrincipal && `(${t.ofPrincipal})`}
      {supersededBy !== null && <StateBadge look="warning" text={t.superseded} />}
    </>
  )
}

function LastUse({ credential: { lastUse } }: { readonly credential: Credential }) {
  const t = useTexts(credentialTexts)
  const { time, fromNow } = useFormats()
  if (lastUse === null) return t.never
  const { at, network, door, username } = lastUse
  return (
    <span title={[time(at), username === null ? '' : t.asUser(username)].join(' ')}>
      {t.used(fromNow(at), network, t.doors[door])}
    </span>
  )
}
