import { describeSignIns } from '../sign-ins.contract.ts'
import { openTemporaryMailStore } from './temporary-mail-store.fixture.ts'

describeSignIns('sqlite', openTemporaryMailStore)
