// The sums of the range, one number each.

import { Caption1, makeStyles, Title3, tokens } from '@fluentui/react-components'
import { useFormats } from '../../texts/formats.ts'
import { useTexts } from '../../texts/language.tsx'
import { activityTexts } from './activity-texts.ts'
import { type Figures, refusedIn } from './statistics.ts'

const useStyles = makeStyles({
  tiles: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 150px), 1fr))',
    gap: tokens.spacingHorizontalM,
    margin: 0,
  },
  tile: {
    padding: tokens.spacingHorizontalM,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  value: { margin: 0, display: 'grid' },
  hint: { color: tokens.colorNeutralForeground2 },
})

export function ActivityTiles({ totals }: { readonly totals: Figures }) {
  const t = useTexts(activityTexts)
  const styles = useStyles()
  const { number, size } = useFormats()
  const tiles = [
    { name: t.submissions, value: number(totals.submissions), hint: t.submissionsHint },
    { name: t.delivered, value: number(totals.delivered), hint: t.deliveredHint },
    { name: t.failed, value: number(totals.failed + totals.suppressed), hint: t.failedHint },
    { name: t.refused, value: number(refusedIn(totals)), hint: t.refusedHint },
    { name: t.size, value: size(totals.size), hint: t.sizeHint },
  ]
  return (
    <dl className={styles.tiles}>
      {tiles.map(({ name, value, hint }) => (
        <div key={name} className={styles.tile}>
          <dt>{name}</dt>
          <dd className={styles.value}>
            <Title3>{value}</Title3>
            <Caption1 className={styles.hint}>{hint}</Caption1>
          </dd>
        </div>
      ))}
    </dl>
  )
}
