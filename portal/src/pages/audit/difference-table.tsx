// Before and after side by side, each difference with a word and a sign for what happened to it.

import { makeStyles, Text, tokens } from '@fluentui/react-components'
import { AddCircleRegular, EditRegular, SubtractCircleRegular } from '@fluentui/react-icons'
import { DataTable } from '../../parts/data-table.tsx'
import { ForeignText } from '../../parts/foreign-text.tsx'
import { useTexts } from '../../texts/language.tsx'
import { type Difference, differences } from './differences.ts'
import { auditTexts } from './texts.ts'

const SIGNS = { added: AddCircleRegular, removed: SubtractCircleRegular, changed: EditRegular }

const useStyles = makeStyles({
  value: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', padding: `${tokens.spacingVerticalXS} 0` },
  gone: { textDecorationLine: 'line-through', color: tokens.colorNeutralForeground3 },
  kind: { display: 'flex', alignItems: 'center', gap: tokens.spacingHorizontalXS },
})

export function DifferenceTable({ before, after }: { readonly before: unknown; readonly after: unknown }) {
  const t = useTexts(auditTexts)
  const styles = useStyles()
  const items = differences(before, after)
  if (items.length === 0) return <Text>{t.noChanges}</Text>
  return (
    <DataTable<Difference>
      label={t.changes}
      items={items}
      keyOf={({ path }) => path}
      columns={[
        { key: 'kind', header: t.change, cell: ({ kind }) => <Kind kind={kind} />, width: 110 },
        { key: 'field', header: t.field, cell: ({ path }) => <div className={styles.value}>{path}</div>, width: 150 },
        {
          key: 'before',
          header: t.before,
          width: 180,
          cell: ({ before: value = '', kind }) => (
            <div className={styles.value}>
              {kind === 'removed' ? (
                <del className={styles.gone}>
                  <ForeignText text={value} keepLines />
                </del>
              ) : (
                <ForeignText text={value} keepLines />
              )}
            </div>
          ),
        },
        {
          key: 'after',
          header: t.after,
          width: 180,
          cell: ({ after: value = '' }) => (
            <div className={styles.value}>
              <ForeignText text={value} keepLines />
            </div>
          ),
        },
      ]}
    />
  )
}

function Kind({ kind }: { readonly kind: Difference['kind'] }) {
  const t = useTexts(auditTexts)
  const styles = useStyles()
  const Sign = SIGNS[kind]
  return (
    <span className={styles.kind}>
      <Sign /> {t.kinds[kind]}
    </span>
  )
}
