// Telling events again: some that were chosen, or everything that was given up. Of very many the API replays a part at a time.

import { useState } from 'react'
import { useAction } from '../../parts/use-action.tsx'
import { useApi } from '../../session/session-context.tsx'
import { useTexts } from '../../texts/language.tsx'
import { subscriptionPath } from './subscription.ts'
import { subscriptionTexts } from './subscription-texts.ts'

export type Replay = { readonly eventIds: readonly string[] } | { readonly status: 'dead' }

/** `done` counts while it goes on. */
export function useReplay(scope: string, name: string, onDone: () => void) {
  const t = useTexts(subscriptionTexts)
  const api = useApi()
  const [done, setDone] = useState(0)
  const path = `${subscriptionPath(scope, name)}/replay`
  const action = useAction({
    run: async (chosen: Replay) => {
      let count = 0
      for (let isMore = true; isMore; ) {
        const { replayed, more } = await api.call<{ replayed: number; more: boolean }>('POST', path, { json: chosen })
        count += replayed
        setDone(count)
        isMore = more && replayed > 0
      }
      return count
    },
    said: (count) => t.replayed(count),
    onDone,
  })
  return { ...action, done }
}
