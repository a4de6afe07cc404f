// What happened to the mail of one communication service, and who is told of it.

import type { BladeProps } from '../../areas.ts'
import { BladeFrame } from '../../parts/blade-frame.tsx'
import { useTexts } from '../../texts/language.tsx'
import { EventsView } from './events-view.tsx'
import { eventsTexts } from './texts.ts'

export function EventsBlade({ id }: BladeProps) {
  const t = useTexts(eventsTexts)
  return (
    <BladeFrame title={t.title}>
      <EventsView scope={id} />
    </BladeFrame>
  )
}
