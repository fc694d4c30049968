/** Run confined: `node confined-fetch.ts SOCKS URL` fetches over tor's socket and prints the body. */
import { carriers, loopbackCarrier, parseSocksEndpoint, torCarrier } from '../../transport/index.ts';
import { text } from './compliance.ts';

const [socks = '', url = ''] = process.argv.slice(2);
const carrier = carriers({ local: loopbackCarrier(), tor: torCarrier({ socks: parseSocksEndpoint(socks) }) });
const response = await carrier.fetchFor({ account: 'a', purpose: 'test', peer: 'b' })(url, { method: 'GET' });
process.stdout.write(await text(response));
await carrier.close();
