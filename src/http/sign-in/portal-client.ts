// The one client that people sign in with: the portal of this service, a program in a browser, which can keep no secret. It is known to
// every installation by the same id and exists in no directory. RFC 6749 §2.1 (public client), RFC 9700 §2.1.

import { baseUrlOf } from '../audiences.ts'

export const PORTAL_CLIENT_ID = '6d1f3c52-0a0b-4c1e-9d3a-2f3b7c1e5a10'

/** Exactly this, compared as it is written. RFC 9700 §4.1. */
export const portalRedirectUri = (publicUrl: string): string => `${baseUrlOf(publicUrl)}/portal/`
