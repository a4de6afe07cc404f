// What a message consists of, as text: its plain part, its headers, its source, and its attachments to be stored.

import { Button, Caption1, makeStyles, Text, tokens } from '@fluentui/react-components'
import { ArrowDownloadRegular } from '@fluentui/react-icons'
import { useMemo } from 'react'
import { DataTable } from '../../parts/data-table.tsx'
import { download } from '../../parts/download.ts'
import { ForeignText, visibleText } from '../../parts/foreign-text.tsx'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { storedName } from './attachment-name.ts'
import { octetsOf, type ParsedAttachment, type ParsedContent } from './parsed-content.ts'
import { capturesTexts } from './texts.ts'

/** Characters, octets and lines beyond which nobody reads on a page. */
const SHOWN = 200_000
const SHOWN_HEADERS = 500

const useStyles = makeStyles({
  text: {
    margin: 0,
    padding: tokens.spacingHorizontalM,
    maxHeight: '70vh',
    overflow: 'auto',
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    unicodeBidi: 'plaintext',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
    fontSize: tokens.fontSizeBase300,
  },
  headers: { display: 'grid', gap: tokens.spacingVerticalS, margin: 0 },
  name: { fontWeight: tokens.fontWeightSemibold },
  value: { margin: 0, overflowWrap: 'anywhere', fontFamily: tokens.fontFamilyMonospace },
  attachments: { display: 'grid', gap: tokens.spacingVerticalM, minWidth: 0 },
})

export function PlainText({ text, label }: { readonly text: string; readonly label: string }) {
  const styles = useStyles()
  const t = useTexts(capturesTexts)
  const { number } = useFormats()
  const shown = useMemo(() => visibleText(text.slice(0, SHOWN), true), [text])
  return (
    <>
      {text.length > SHOWN && <Caption1 block>{t.cut(number(SHOWN))}</Caption1>}
      <pre className={styles.text} tabIndex={0} role="region" aria-label={label}>
        {shown}
      </pre>
    </>
  )
}

/** Octets that are no UTF-8 are shown as what they are not. */
export function Source({ octets }: { readonly octets: Uint8Array }) {
  const t = useTexts(capturesTexts)
  const text = useMemo(() => new TextDecoder().decode(octets.subarray(0, SHOWN + 1)), [octets])
  return <PlainText text={text} label={t.tabs.source} />
}

export function Headers({ headers }: { readonly headers: ParsedContent['headers'] }) {
  const t = useTexts(capturesTexts)
  const { number } = useFormats()
  const styles = useStyles()
  return (
    <>
      {headers.length > SHOWN_HEADERS && <Caption1 block>{t.cut(number(SHOWN_HEADERS))}</Caption1>}
      <dl className={styles.headers}>
        {headers.slice(0, SHOWN_HEADERS).map(({ originalKey, value }, index) => (
          <div key={index}>
            <dt className={styles.name}>
              <ForeignText text={originalKey} />
            </dt>
            <dd className={styles.value}>
              <ForeignText text={value.slice(0, SHOWN / 10)} keepLines />
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

export function Attachments({ attachments }: { readonly attachments: readonly ParsedAttachment[] }) {
  const t = useTexts(capturesTexts)
  const { size } = useFormats()
  const styles = useStyles()
  if (attachments.length === 0) return <Text>{t.noAttachments}</Text>
  const rows = attachments.map((attachment, index) => ({ attachment, octets: octetsOf(attachment), key: `${index}` }))
  return (
    <div className={styles.attachments}>
      <Caption1>{t.downloadHint}</Caption1>
      <DataTable
        label={t.tabs.attachments}
        items={rows}
        keyOf={({ key }) => key}
        columns={[
          {
            key: 'name',
            header: t.name,
            width: 260,
            cell: ({ attachment: { filename } }) => <ForeignText text={filename ?? t.unnamed} lines={3} />,
          },
          {
            key: 'type',
            header: t.type,
            width: 180,
            cell: ({ attachment: { mimeType } }) => <ForeignText text={mimeType} />,
          },
          { key: 'size', header: t.size, width: 90, cell: ({ octets }) => size(octets.length) },
          {
            key: 'download',
            header: t.download,
            width: 150,
            cell: ({ attachment: { filename }, octets }) => (
              <Button
                size="small"
                icon={<ArrowDownloadRegular />}
                aria-label={t.downloadOf(visibleText(filename ?? t.unnamed))}
                onClick={() => download(octets, storedName(filename ?? ''))}
              >
                {t.download}
              </Button>
            ),
          },
        ]}
      />
    </div>
  )
}
