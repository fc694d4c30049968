/** People: public names, directory look-ups, envelopes' meanings, following, sharing, links. */
export { type PeopleInit } from './circle.ts';
export { contactOf, fingerprintWords, parseContact, type Contact } from './contact.ts';
export { bucketOf, lookUp, namePrefix } from './directory.ts';
export { SocialError, type SocialErrorCode } from './error.ts';
export { parseHost, type HostUrl } from './host.ts';
export type { OwnContact } from './identity.ts';
export { formatLink, openLink, parseLink, type LinkConnect, type LinkText, type OpenOptions } from './link.ts';
export { decodeMessage, TYPE } from './message.ts';
export { People, type Access, type Collected, type Friend, type FriendStatus, type LinkInfo, type Request, type SharedByMe, type SharedWithMe } from './people.ts';
export type { News } from './receive.ts';
export type { LinkOptions } from './sharing.ts';
export { WORDS } from './words.ts';
