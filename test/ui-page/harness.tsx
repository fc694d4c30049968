import { render } from 'preact';
import { App } from '../../ui/page/app.tsx';
import { makeFilm } from './film.ts';
import { MemoryApi } from './memory-api.ts';
import { scenes } from './scenes.ts';

declare global {
  /** The page's Api in memory, for the driver. */
  var memory: MemoryApi;
  /** Makes a film in this browser. */
  var film: typeof makeFilm;
  /** Set by content that ran; nothing may ever set it. */
  var pwned: unknown;
}

const query = new URLSearchParams(location.search);
const named = scenes[query.get('scene') ?? 'files'];
if (named === undefined) throw new Error('no such scene');
globalThis.memory = new MemoryApi(named.scene);
globalThis.film = makeFilm;
await named.fill?.(globalThis.memory);
const root = document.getElementById('app');
const leave = (): void => {
  void globalThis.memory.api().panic();
  if (root !== null) render(null, root);
  location.replace('about:blank');
};
if (root !== null) render(<App api={globalThis.memory.api()} leave={leave} />, root);
