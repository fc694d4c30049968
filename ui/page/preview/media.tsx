import type { ComponentChild } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLoaded } from '../app-state.ts';
import { bytes } from '../format.ts';
import { kindOf } from '../kinds.ts';
import { visible } from '../names.ts';
import { Button } from '../parts/button.tsx';
import { KindIcon } from '../parts/icon.tsx';
import { Failed } from '../parts/notice.tsx';
import { t } from '../text.ts';
import { useAddress } from './address.ts';
import { Coming } from './image.tsx';
import { openStream, type Streamed } from './stream.ts';
import type { ViewProps } from './view.ts';

/** Larger ones are asked about first: they are held in memory while they play. */
const ASKED_ABOVE = 100_000_000;
const LARGEST = 1_500_000_000;

const isMedia = (type: string): boolean => /^(audio|video)\//.test(type) || type === 'application/ogg';

type Instead = ViewProps & { readonly instead: ComponentChild };

/** Sound or film: decrypted while it plays where its kind allows that, else as a whole and then played. */
export function MediaView(props: Instead) {
  const { item, read } = props;
  const [isWhole, setWhole] = useState(false);
  const [stream] = useLoaded(() => openStream((offset, length) => read(item, offset, length), item.size), item.id);
  if (stream.state === 'failed') return <Failed error={stream.error} />;
  if (stream.state === 'loading') return <Coming fraction={0} />;
  return stream.value === null || isWhole ? <Whole {...props} /> : <Playing item={item} stream={stream.value} onFault={() => { setWhole(true); }} />;
}

function Playing({ item, stream, onFault }: { readonly item: ViewProps['item']; readonly stream: Streamed; readonly onFault: () => void }) {
  const element = useRef<HTMLMediaElement>(null);
  useEffect(() => (element.current === null ? undefined : stream.play(element.current, onFault)), [stream]);
  const common = { controls: true, autoplay: true, 'aria-label': visible(item.name) } as const;
  return kindOf(item) === 'video'
    ? <video class="preview-video" ref={(video) => { element.current = video; }} {...common} />
    : <div class="preview-audio"><KindIcon kind="audio" large /><audio ref={(audio) => { element.current = audio; }} {...common} /></div>;
}

function Whole({ item, read, instead }: Instead) {
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
