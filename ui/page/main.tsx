import { render } from 'preact';
import { connectWorker } from '../api.ts';
import { App } from './app.tsx';

const root = document.getElementById('app');
// Before anything looks at the address: a one-time token in it is taken out here.
const api = connectWorker();

/** Ends the session, empties the page and goes to an empty one, in this entry of the browser's history. Nothing is waited for. */
function leave(): void {
  api.panic().catch(() => undefined);
  if (root !== null) render(null, root);
  location.replace('about:blank');
}

if (root !== null) render(<App api={api} leave={leave} />, root);
