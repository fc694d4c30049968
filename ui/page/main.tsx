import { render } from 'preact';
import { connectWorker } from '../api.ts';

const api = connectWorker();
const app = document.getElementById('app');
if (app !== null) {
  render(<p>Underkeep</p>, app);
  void api.state().then((state) => { render(<p>Underkeep: {state}</p>, app); });
}
