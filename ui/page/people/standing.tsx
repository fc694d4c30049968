import type { Person } from '../../contract.ts';
import { Icon } from '../parts/icon.tsx';
import { t } from '../text.ts';

/** How sure one may be of a person. */
export function Standing({ person: { verified, changed } }: { readonly person: Person }) {
  if (changed) return <span class="standing standing-changed"><Icon name="alert" size={16} />{t('standing.changed')}</span>;
  return verified ? <span class="standing standing-verified"><Icon name="verified" size={16} />{t('standing.verified')}</span> : <span class="standing"><Icon name="info" size={16} />{t('standing.unverified')}</span>;
}
