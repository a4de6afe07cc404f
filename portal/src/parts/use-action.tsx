// Something that changes what is stored: runs once at a time, tells its end in a corner of the page, and lets every list be asked anew.

import { Toast, ToastTitle, useToastController } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'

export const TOASTER = 'portal'

/**
 * `said`: what is told when it is done. A failure is in `error`, to be shown where the person looks. `leaveTo`: where the person is
 * afterwards, since what the page is about is gone and must not be asked for again.
 */
export function useAction<Given, Result>(options: {
  readonly run: (given: Given) => Promise<Result>
  readonly said?: (result: Result) => string
  readonly onDone?: (result: Result) => void
  readonly leaveTo?: string
}) {
  const { leaveTo } = options
  const queries = useQueryClient()
  const navigate = useNavigate()
  const { dispatchToast } = useToastController(TOASTER)
  return useMutation({
    mutationFn: options.run,
    onSuccess: async (result) => {
      await queries.invalidateQueries({ refetchType: leaveTo === undefined ? 'active' : 'none' })
      const text = options.said?.(result)
      if (text !== undefined)
        dispatchToast(
          <Toast>
            <ToastTitle>{text}</ToastTitle>
          </Toast>,
          { intent: 'success' },
        )
      options.onDone?.(result)
      if (leaveTo !== undefined) await navigate(leaveTo)
    },
  })
}
