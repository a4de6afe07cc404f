// An entry of a menu at the side.

import { makeStyles, tokens } from '@fluentui/react-components'

const useStyles = makeStyles({
  entry: {
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    whiteSpace: 'nowrap',
    ':hover': { backgroundColor: tokens.colorNeutralBackground2Hover },
    '&[aria-current="page"]': {
      backgroundColor: tokens.colorNeutralBackground2Selected,
      fontWeight: tokens.fontWeightSemibold,
    },
  },
})

export const useEntryStyles = (): string => useStyles().entry
