/** Accounts: sign-up, login through header lane and oblivious PRF, and the session that holds an opened account. */
export { Cover, fillerEntries, hiddenEntries, sealEntries, type CoverKeeper, type EntryContent, type EntryFate, type EntrySource } from './cover.ts';
export type { Connect, Device, OtherPin } from './device.ts';
export { VaultError, type VaultErrorCode } from './error.ts';
export { Guest } from './guest.ts';
export { decodeHeader, encodeHeader, findHeader, sealHeader, type Header } from './header.ts';
export type { OpenVault } from './hidden-vaults.ts';
export { LOG_CARRIED_MS, LOG_LOCAL_MS, TICK_MS, type ScheduleOptions, type Timers } from './schedule.ts';
export { checkNewPassword, PASSWORD_MIN } from './password.ts';
export type { SignUpInit, UnlockInit } from './opened.ts';
export { Session, STATE_NAMES, type StateName } from './session.ts';
export { padState, StateCell, unpadState, type StateCodec } from './state.ts';
