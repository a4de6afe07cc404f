// Something that changes what is stored: runs once at a time, tells its end in a corner of the page, and lets every list be asked anew.

import { Toast, ToastTitle, useToastController } from '@fluentui/react-components'
import { useMutation, useQueryClient } from '@tanstack/react-query'

export const TOASTER = 'portal'

/** `said`: what is told when it is done. A failure is in `error`, to be shown where the person looks. */
export function useAction<Given, Result>(options: {
  readonly run: (given: Given) => Promise<Result>
  readonly said?: (result: Result) => string
  readonly onDone?: (result: Result) => void
}) {
  const queries = useQueryClient()
  const { dispatchToast } = useToastController(TOASTER)
  return useMutation({
    mutationFn: options.run,
    onSuccess: async (result) => {
      await queries.invalidateQueries()
      const text = options.said?.(result)
      if (text !== undefined)
        dispatchToast(
          <Toast>
            <ToastTitle>{text}</ToastTitle>
          </Toast>,
          { intent: 'success' },
        )
      options.onDone?.(result)
    },
  })
}
