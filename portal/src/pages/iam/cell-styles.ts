// How what is in a cell or a panel of access control is laid out.

import { makeStyles, tokens } from '@fluentui/react-components'

export const useCellStyles = makeStyles({
  /** Ids and actions are long words. */
  wrap: {
    display: 'inline-block',
    paddingBlock: tokens.spacingVerticalXS,
    whiteSpace: 'normal',
    overflowWrap: 'anywhere',
  },
  heading: { margin: 0 },
  filter: { display: 'flex', flexWrap: 'wrap', gap: tokens.spacingHorizontalM, alignItems: 'end' },
  stack: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr)',
    gap: tokens.spacingVerticalM,
    minWidth: 0,
    justifyItems: 'start',
  },
  wide: { display: 'grid', gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalM, minWidth: 0 },
  plain: { margin: 0, paddingLeft: tokens.spacingHorizontalXL, overflowWrap: 'anywhere' },
})
