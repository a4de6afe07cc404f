// The names of our own operations: what Postern adds to the operations of Azure. What is private is a data action, because `*` and
// `*/read` of the common roles never cover those. Only names; what each is needed for is decided where it is asked.

export const MAIL_ACTIONS = {
  readMessages: 'Postern.Mail/messages/read',
  readQueue: 'Postern.Mail/queue/read',
  holdQueue: 'Postern.Mail/queue/hold/action',
  releaseQueue: 'Postern.Mail/queue/release/action',
  retryQueue: 'Postern.Mail/queue/retry/action',
  deleteQueue: 'Postern.Mail/queue/delete/action',
  readSuppressions: 'Postern.Mail/suppressions/read',
  writeSuppressions: 'Postern.Mail/suppressions/write',
  deleteSuppressions: 'Postern.Mail/suppressions/delete',
  readQuotas: 'Postern.Mail/quotas/read',
  writeQuotas: 'Postern.Mail/quotas/write',
  readFaults: 'Postern.Mail/faults/read',
  writeFaults: 'Postern.Mail/faults/write',
  readMetrics: 'Postern.Mail/metrics/read',
  readLoginLimits: 'Postern.Mail/loginLimits/read',
  clearLoginLimits: 'Postern.Mail/loginLimits/clear/action',
  readIdentityProviders: 'Postern.Mail/identityProviders/read',
  writeIdentityProviders: 'Postern.Mail/identityProviders/write',
  deleteIdentityProviders: 'Postern.Mail/identityProviders/delete',
  readEvents: 'Postern.Mail/events/read',
  readEventSubscriptions: 'Postern.Mail/eventSubscriptions/read',
  writeEventSubscriptions: 'Postern.Mail/eventSubscriptions/write',
  deleteEventSubscriptions: 'Postern.Mail/eventSubscriptions/delete',
  replayEvents: 'Postern.Mail/eventSubscriptions/replay/action',
  rotateWebhookSecret: 'Postern.Mail/eventSubscriptions/rotateSecret/action',
  rotateDkimKeys: 'Postern.Mail/dkimKeys/rotate/action',
} as const

export const MAIL_DATA_ACTIONS = {
  sendMessages: 'Postern.Mail/messages/send/action',
  readMessageContent: 'Postern.Mail/messages/content/read',
  readCaptures: 'Postern.Mail/captures/read',
  deleteCaptures: 'Postern.Mail/captures/delete',
  readDecisions: 'Postern.Mail/decisions/read',
  readAudit: 'Postern.Mail/audit/read',
} as const

export const DIRECTORY_ACTIONS = {
  readApplications: 'Microsoft.Directory/applications/read',
  writeApplications: 'Microsoft.Directory/applications/write',
  deleteApplications: 'Microsoft.Directory/applications/delete',
  writeApplicationCredentials: 'Microsoft.Directory/applications/credentials/write',
  readServicePrincipals: 'Microsoft.Directory/servicePrincipals/read',
  writeServicePrincipals: 'Microsoft.Directory/servicePrincipals/write',
  deleteServicePrincipals: 'Microsoft.Directory/servicePrincipals/delete',
  readGroups: 'Microsoft.Directory/groups/read',
  writeGroups: 'Microsoft.Directory/groups/write',
  deleteGroups: 'Microsoft.Directory/groups/delete',
  writeGroupMembers: 'Microsoft.Directory/groups/members/write',
  readUsers: 'Microsoft.Directory/users/read',
  writeUsers: 'Microsoft.Directory/users/write',
  deleteUsers: 'Microsoft.Directory/users/delete',
  writeUserCredentials: 'Microsoft.Directory/users/credentials/write',
} as const
