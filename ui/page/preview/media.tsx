import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { bytes } from '../format.ts';
import { kindOf } from '../kinds.ts';
import { visible } from '../names.ts';
import { Button } from '../parts/button.tsx';
import { KindIcon } from '../parts/icon.tsx';
import { Failed } from '../parts/notice.tsx';
import { t } from '../text.ts';
import { useAddress } from './address.ts';
import { Coming } from './image.tsx';
import type { ViewProps } from './view.ts';

/** Larger ones are asked about first: they are held in memory while they play. */
const ASKED_ABOVE = 100_000_000;
const LARGEST = 1_500_000_000;

const isMedia = (type: string): boolean => /^(audio|video)\//.test(type) || type === 'application/ogg';

/** Sound or film, decrypted into this page's memory, so that it can be played from any place. */
export function MediaView({ item, read, instead }: ViewProps & { readonly instead: ComponentChild }) {
  const [isWanted, setWanted] = useState(item.size <= ASKED_ABOVE);
  const [isBroken, setBroken] = useState(false);
  const address = useAddress(item, read, isMedia, isWanted && item.size <= LARGEST);
  if (item.size > LARGEST || isBroken || address.state === 'other') return instead;
  if (!isWanted) {
    return (
      <div class="not-shown">
        <KindIcon kind={kindOf(item)} large />
        <p>{t('preview.large', { size: bytes(item.size) })}</p>
        <Button look="main" icon="play" onClick={() => { setWanted(true); }}>{t('preview.load')}</Button>
      </div>
    );
  }
  if (address.state === 'failed') return <Failed error={address.error} />;
  if (address.state === 'loading') return <Coming fraction={address.fraction} />;
  const common = { src: address.url, controls: true, autoplay: true, 'aria-label': visible(item.name), onError: () => { setBroken(true); } } as const;
  return kindOf(item) === 'video' ? <video class="preview-video" {...common} /> : <div class="preview-audio"><KindIcon kind="audio" large /><audio {...common} /></div>;
}
