import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { percent } from '../format.ts';
import { Failed } from '../parts/notice.tsx';
import { Progress } from '../parts/progress.tsx';
import { visible } from '../names.ts';
import { t } from '../text.ts';
import { useAddress } from './address.ts';
import type { ViewProps } from './view.ts';

const isImage = (type: string): boolean => type.startsWith('image/');

/** How much is there already. */
export const Coming = ({ fraction }: { readonly fraction: number }) => (
  <div class="coming"><Progress fraction={fraction} label={t('preview.loading')} /><p role="status">{t('preview.loading')} {percent(fraction)}</p></div>
);

/** A picture: only what its bytes show to be one of the kinds that cannot hold a script. */
export function ImageView({ item, read, instead }: ViewProps & { readonly instead: ComponentChild }) {
  const address = useAddress(item, read, isImage);
  const [isBroken, setBroken] = useState(false);
  if (address.state === 'failed') return <Failed error={address.error} />;
  if (address.state === 'loading') return <Coming fraction={address.fraction} />;
  if (address.state === 'other' || isBroken) return instead;
  return <img class="preview-image" src={address.url} alt={visible(item.name)} onError={() => { setBroken(true); }} />;
}
