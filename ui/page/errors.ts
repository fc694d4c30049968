import { en } from './messages/en.ts';
import { t, type MessageId } from './text.ts';

/** The stable code of a refusal; 'internal' for what is none. */
export function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : 'internal';
}

type ErrorId = Extract<MessageId, `error.${string}`>;

const isErrorId = (id: string): id is ErrorId => Object.hasOwn(en, id);

/** What happened and what can be done, in the person's language where there is a text for it. */
export function errorText(error: unknown): string {
  const id = `error.${codeOf(error)}`;
  if (isErrorId(id)) return t(id);
  return error instanceof Error && error.message !== '' ? error.message : t('error.internal');
}
