import type { Item, Person } from '../../ui/contract.ts';
import { MemoryApi, type Scene } from './memory-api.ts';

/** Fixed, so that pictures of two days can be laid side by side. */
const NOW = Date.parse('2026-11-24T09:41:00');
const DAY = 86_400_000;
const ago = (days: number, hours = 0): number => NOW - days * DAY - hours * 3_600_000;

const words = (seed: number): string[] => ['anchor', 'basil', 'canyon', 'delta', 'falcon', 'garnet', 'hazel', 'island', 'juniper', 'kettle', 'lagoon', 'maple', 'nectar', 'olive', 'pebble', 'raven'].map((_, at, all) => all[(at * 5 + seed * 3) % 16] ?? '').slice(0, 12);

const person = (name: string, seed: number, change: Partial<Person> = {}): Person => ({ name, petname: null, words: words(seed), fingerprint: `${name}-fingerprint`, state: 'confirmed', verified: true, changed: false, note: null, ...change });

export const friends: readonly Person[] = [
  person('noor', 1),
  person('t.okafor', 2, { petname: 'Tunde' }),
  person('elif', 3, { verified: false, state: 'unverified' }),
  person('samira-k', 4, { changed: true }),
  person('jonas.w', 5, { state: 'incoming', verified: false, note: 'We met at the library on Thursday. Blue scarf.' }),
  person('ilse', 6, { state: 'requested', verified: false }),
];

export const hostileNames = ['<img src=x onerror=alert(1)>.txt', 'invoice\u202egnp.exe', 'tab\tand\u0007bell.md', 'constructor', 'a'.repeat(180) + '.pdf', 'مرحبا بالعالم.txt'];

/** A landscape, painted here: no picture of anybody is in the repository. */
async function painted(sky: readonly [string, string], hills: readonly string[], sun: readonly [number, number, string]): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(960, 640);
  const pen = canvas.getContext('2d');
  if (pen === null) return new Uint8Array();
  const air = pen.createLinearGradient(0, 0, 0, 640);
  air.addColorStop(0, sky[0]);
  air.addColorStop(1, sky[1]);
  pen.fillStyle = air;
  pen.fillRect(0, 0, 960, 640);
  pen.fillStyle = sun[2];
  pen.beginPath();
  pen.arc(sun[0], sun[1], 46, 0, 7);
  pen.fill();
  hills.forEach((colour, at) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.moveTo(0, 640);
    for (let x = 0; x <= 960; x += 12) pen.lineTo(x, 330 + at * 78 + Math.sin(x / (130 - at * 18) + at * 1.9) * (58 - at * 9) + Math.sin(x / 37 + at) * 7);
    pen.lineTo(960, 640);
    pen.fill();
  });
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}

const harbour = (): Promise<Uint8Array> => painted(['#f3d9b8', '#fbeedd'], ['#8fb0ad', '#5f8a8b', '#3a676d', '#1f4650'], [700, 190, '#fff6e3']);
const night = (): Promise<Uint8Array> => painted(['#16232f', '#3d5a6b'], ['#2b4553', '#1e343f', '#15262f', '#0c181e'], [240, 150, '#eee9d8']);
const dunes = (): Promise<Uint8Array> => painted(['#cfe0e8', '#f4efe4'], ['#e2c59a', '#cfa873', '#b58a57', '#8d6a43'], [520, 130, '#fffdf4']);

const readme = `# Notes for the exhibition

Opening on **Friday**, doors at six. The room is *smaller* than last time, so:

- [x] Ask Noor about the second projector
- [ ] Print the labels (A5, matte)
- [ ] Bring the long cable

> Nothing leaves this folder before the catalogue is out.

| Piece | Who | Wall |
|---|---|---|
| Harbour, early | Mira | North |
| Night over the valley | Tunde | East |

See the [floor plan](https://example.org/plan) and \`labels.csv\`.

\`\`\`
18:00  doors
18:30  a few words
\`\`\`
`;

const encoder = new TextEncoder();

async function fill(api: MemoryApi): Promise<void> {
  const { drive } = api;
  const add = (path: string, change: Partial<Item>, bytes: Uint8Array | null = null): void => { drive.add(path, { ...change, ...(bytes === null ? {} : { size: bytes.length }) }, bytes); };
  add('/Exhibition', { kind: 'folder', modified: ago(0, 1), shared: { people: ['noor', 't.okafor'], links: 0 } });
  add('/Family', { kind: 'folder', modified: ago(12) });
  add('/Papers', { kind: 'folder', modified: ago(40) });
  add('/Harbour, early.png', { modified: ago(0, 3), shared: { people: ['noor'], links: 1 } }, await harbour());
  add('/Night over the valley.png', { modified: ago(1, 2) }, await night());
  add('/Dunes.png', { modified: ago(2) }, await dunes());
  add('/Notes for the exhibition.md', { modified: ago(0, 2), shared: { people: ['noor', 't.okafor', 'elif', 'samira-k'], links: 0 } }, encoder.encode(readme));
  add('/Interview, second part.m4a', { size: 48_211_004, modified: ago(6) });
  add('/Lease 2026.pdf', { size: 412_870, modified: ago(33), exposed: true });
  add('/Budget.csv', { modified: ago(9) }, encoder.encode('item;cost\npaper;120\nframes;640\n'));
  add('/Walk along the river.mp4', { size: 734_003_200, modified: ago(15) });
  add('/Old website.zip', { size: 96_411_882, modified: ago(420) });
  add('/Papers/Passport copy.pdf', { size: 1_204_333, modified: ago(300) });
  add('/@noor', { kind: 'folder' });
  add('/@noor/Catalogue', { kind: 'folder', modified: ago(3) });
  add('/@noor/Proofs, final.pdf', { size: 22_114_087, modified: ago(4) });
  add('/@t.okafor/Field recordings', { kind: 'folder', modified: ago(20) });
  api.addLink('/Harbour, early.png', { password: 'x', expires: NOW + 6 * DAY, opens: 5 });
}

export interface Named {
  readonly scene: Scene;
  readonly fill?: (api: MemoryApi) => Promise<void>;
}

const text = encoder.encode(readme);
const linked: Item = { id: 'l', name: 'Notes for the exhibition.md', kind: 'file', size: text.length, modified: ago(0, 2), created: ago(9), shared: null, exposed: false, readOnly: true };

/** Where the page can begin. */
export const scenes: Readonly<Record<string, Named>> = {
  'new': { scene: { state: 'new', connection: { percent: 62, summary: 'Loading relay descriptors', reachable: null } } },
  'new-none': { scene: { state: 'new', connection: { carrier: 'none', percent: 0, onion: null, reachable: null, summary: '' } } },
  'new-advice': { scene: { state: 'new', connection: { percent: 10, advice: 'The network seems to block Tor. Add a bridge to the node’s settings.', summary: 'Connecting to a relay', reachable: null } } },
  'new-done': { scene: { state: 'new' } },
  'stranger': { scene: { state: 'new', connection: { admitted: false, onion: null, reachable: null, carrier: 'none' } } },
  'locked': { scene: { state: 'locked' } },
  'files': { scene: { people: friends }, fill },
  'files-grid': { scene: { people: friends, preferences: { view: 'grid' } }, fill },
  'empty': { scene: { used: 0 } },
  'failing': { scene: { people: friends, failing: 'corrupt' } },
  'offline': { scene: { people: friends, connection: { online: false } }, fill },
  'starting': { scene: { people: friends, connection: { percent: 45, reachable: null } }, fill },
  'tight': { scene: { people: friends, used: 9_600_000_000 }, fill },
  'alone': { scene: {}, fill },
  'hostile': {
    scene: { people: [person('<b>eve</b>\u202e', 7)] },
    fill: async ({ drive }) => { for (const name of hostileNames) drive.add(`/${name}`, { size: 1000, modified: ago(1) }, encoder.encode(name)); },
  },
  'many': { scene: { people: friends }, fill: async ({ drive }) => { for (let number = 0; number < 20_000; number++) drive.add(`/Picture ${number}.jpg`, { size: 1_000_000 + number, modified: ago(number % 900) }); } },
  'uploading': { scene: { people: friends, uploadStopsAt: 0.6 }, fill },
  'link': { scene: { state: 'new', link: { password: null, item: linked, bytes: text } } },
  'link-password': { scene: { state: 'new', link: { password: 'open', item: linked, bytes: text } } },
  'link-folder': { scene: { state: 'new', link: { password: null, bytes: text, item: { ...linked, name: 'Exhibition', kind: 'folder', size: 0 }, inside: [{ ...linked, id: 'in1' }, { ...linked, id: 'in2', name: 'Labels', kind: 'folder', size: 0 }] } } },
  'link-expired': { scene: { state: 'new', link: { refused: 'link-expired' } } },
  'active': {
    scene: { people: friends },
    fill: async ({ drive }) => {
      drive.add('/script.svg', {}, encoder.encode('<svg xmlns="http://www.w3.org/2000/svg" onload="top.pwned=1"><script>top.pwned=1</script></svg>'));
      drive.add('/page.html', {}, encoder.encode('<script>top.pwned=1</script><img src=x onerror="top.pwned=1">'));
      drive.add('/not-a-picture.png', {}, encoder.encode('<svg xmlns="http://www.w3.org/2000/svg"><script>top.pwned=1</script></svg>'));
      drive.add('/program.pdf', {}, encoder.encode('%PDF-1.4 /JavaScript (app.alert(1))'));
      drive.add('/markup.md', {}, encoder.encode('# <img src=x onerror=top.pwned=1>\n\n[click](javascript:top.pwned=1) ![x](http://127.0.0.1:9/x.png)\n\n<script>top.pwned=1</script>'));
    },
  },
};
