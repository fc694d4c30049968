import { Copyable } from './parts/copyable.tsx';
import { Arches } from './parts/drawings.tsx';
import { Outside } from './parts/outside.tsx';
import { t } from './text.ts';

/** A page that the node does not let in: it was opened by hand, or the node was started anew. Only its owner can change that. */
export const Stranger = () => (
  <Outside>
    <section class="card unlock">
      <Arches icon="lock" />
      <h1>{t('stranger.title')}</h1>
      <p class="lead">{t('stranger.text')}</p>
      <div class="command"><Copyable text="underkeep open" label={t('stranger.copy')} /></div>
      <p class="card-foot">{t('stranger.why')}</p>
    </section>
  </Outside>
);
