import type { LinkInfo } from '../../contract.ts';
import { day } from '../format.ts';
import { t } from '../text.ts';

/** What limits a link, in one line. */
export function linkFacts({ password, expires, opens }: LinkInfo): string {
  const facts = [
    password ? t('link.hasPassword') : t('link.noPassword'),
    expires === null ? t('link.noExpiry') : t('link.until', { date: day(expires) }),
    ...(opens === null ? [] : [t('link.opens', { count: opens })]),
  ];
  return facts.join(' · ');
}
