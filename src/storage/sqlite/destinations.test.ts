import { describeDestinations } from '../destinations.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeDestinations('sqlite', openTemporaryMailStore)
